namespace Behalf.Egress;

/// <summary>Puts a request into the framework's form.</summary>
internal static class OutgoingMessage
{
    /// <summary>GitHub and others refuse requests that do not say what sends them.</summary>
    private const string UserAgent = "behalf";

    public static HttpRequestMessage Of(
        EgressRequest request, Uri url, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        var message = new HttpRequestMessage(request.Method, url) { Content = Content(request) };
        message.Headers.TryAddWithoutValidation("Accept-Encoding", AnswerBody.Codings);
        foreach (var (name, value) in headers)
        {
            // The framework keeps some headers with the content and refuses them elsewhere.
            if (!message.Headers.TryAddWithoutValidation(name, value) && message.Content is { } content)
            {
                content.Headers.Remove(name);
                content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        if (!message.Headers.NonValidated.Contains("User-Agent"))
        {
            message.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        }

        TraceContext.PassOn(message);
        return message;
    }

    private static ReadOnlyMemoryContent? Content(EgressRequest request)
    {
        if (request.Body.IsEmpty && (request.Method == HttpMethod.Get || request.Method == HttpMethod.Head))
        {
            return null;
        }

        var content = new ReadOnlyMemoryContent(request.Body);
        if (request.ContentType is { } type)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        return content;
    }
}
