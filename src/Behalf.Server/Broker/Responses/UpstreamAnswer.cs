using System.Text.Json.Nodes;
using Behalf.Catalog;
using Behalf.Egress;

namespace Behalf.Broker.Responses;

/// <summary>What the provider answered, after the call's secrets were scrubbed from it.</summary>
internal sealed record UpstreamAnswer
{
    public required int Status { get; init; }

    /// <summary>Looked up without regard to case.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The body was larger than this server takes, and this is its beginning.</summary>
    public bool Truncated { get; init; }

    /// <summary>What a large body takes of the memory for such; to be disposed of when nothing of it is needed any more.</summary>
    public AnswerShare? Memory { get; init; }

    /// <summary>When it came; a provider may name the time of a rate limit's end rather than a span.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>What a caller gets: data, or what went wrong.</summary>
internal sealed record ToolOutcome
{
    public JsonObject Data { get; init; } = [];

    public UpstreamError? Error { get; init; }
}

/// <summary>A failure at the provider in our own words: its body is never passed on.</summary>
internal sealed record UpstreamError
{
    public required UpstreamErrorKind Kind { get; init; }

    public required int Status { get; init; }

    public required string Message { get; init; }

    /// <summary>The provider's own code, where it gave one that is safe to repeat.</summary>
    public string? Code { get; init; }

    /// <summary>Scopes that the provider says were missing; any one of several will do.</summary>
    public IReadOnlyList<string> MissingScopes { get; init; } = [];

    public TimeSpan? RetryAfter { get; init; }
}
