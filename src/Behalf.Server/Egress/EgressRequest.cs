namespace Behalf.Egress;

/// <summary>One request to a peer. It is sent at most once, whatever happens to the connection.</summary>
internal sealed record EgressRequest
{
    public const int DefaultMaxResponseBytes = 10 * 1024 * 1024;

    public required HttpMethod Method { get; init; }

    /// <summary>For telemetry, as is <see cref="Toolkit"/>.</summary>
    public required EgressPurpose Purpose { get; init; }

    public string? Toolkit { get; init; }

    public required Uri Url { get; init; }

    public required AllowedHosts Hosts { get; init; }

    /// <summary>For everything from the name to the last byte of the answer.</summary>
    public required TimeSpan Deadline { get; init; }

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public ReadOnlyMemory<byte> Body { get; init; }

    public string? ContentType { get; init; }

    /// <summary>Of the decoded body; what comes after is cut off.</summary>
    public int MaxResponseBytes { get; init; } = DefaultMaxResponseBytes;

    /// <summary>Who answers for the memory that a large answer takes. Null where <see cref="MaxResponseBytes"/> is small:
    /// nothing is counted then.</summary>
    public Id<IdKinds.Project>? Project { get; init; }

    /// <summary>GET and HEAD only, at most three times, never from https to http. Another origin gets none of
    /// <see cref="Headers"/> but those that say what we read.</summary>
    public bool FollowRedirects { get; init; }

    /// <summary>Opens a connection for this request alone: for providers that lose a grant when an answer is lost, since a
    /// pooled connection may have died unnoticed.</summary>
    public bool FreshConnection { get; init; }
}

/// <summary>What the peer answered.</summary>
internal sealed record EgressResponse
{
    public required int Status { get; init; }

    /// <summary>By name in any case; several of one name are joined by a comma (RFC 9110 §5.3). Without those that are
    /// about the connection or would hand a credential on.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>Decoded: gzip, deflate and Brotli are undone.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The body was longer than the request's limit, and this is its beginning.</summary>
    public required bool Truncated { get; init; }

    /// <summary>What a large answer takes; to be disposed of with it. Null for small ones, and where no project answers.</summary>
    public AnswerShare? Memory { get; init; }
}
