namespace Behalf.Broker.Requests;

/// <summary>A call as it goes to the provider, but for the credential.</summary>
internal sealed record ToolHttpRequest
{
    public required HttpMethod Method { get; init; }

    public required Uri Url { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    public ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>Null where there is no body.</summary>
    public string? ContentType { get; init; }
}

/// <summary>The arguments do not make a request; the text is for the model that sent them.</summary>
internal sealed class ToolArgumentException(string parameter, string message) : Exception(message)
{
    public string Parameter { get; } = parameter;
}
