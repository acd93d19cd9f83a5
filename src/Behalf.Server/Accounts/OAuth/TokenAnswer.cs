namespace Behalf.Accounts.OAuth;

/// <summary>Tokens as a provider gave them.</summary>
internal sealed record TokenAnswer
{
    public required string AccessToken { get; init; }

    /// <summary>Null: the one that was sent lives on (RFC 6749 §6).</summary>
    public string? RefreshToken { get; init; }

    /// <summary>How long the access token lives; null where the provider does not say and none is assumed.</summary>
    public long? LifetimeMs { get; init; }

    /// <summary>Null where the answer does not tell, which means: as asked for (RFC 6749 §5.1).</summary>
    public IReadOnlyList<string>? Scopes { get; init; }

    /// <summary>Who connected, where the answer says so.</summary>
    public string? Subject { get; init; }

    /// <summary>Connection variables that the answer or the callback carried.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    public override string ToString() => "[secret]";
}

/// <summary>What a token endpoint said no to, as far as we act on it.</summary>
internal enum TokenRefusal
{
    /// <summary>The code or refresh token is not (any longer) good.</summary>
    InvalidGrant,

    /// <summary>The client id or secret is not good: the app's owner has to act, not the user.</summary>
    InvalidClient,

    /// <summary>It passes: 5xx, 429, a broken answer.</summary>
    Unavailable,

    /// <summary>Any other refusal.</summary>
    Other,
}

/// <summary>The answer of a token endpoint: tokens, or a refusal with the provider's code when it is a plain word.</summary>
internal sealed record TokenResult
{
    public TokenAnswer? Tokens { get; init; }

    public TokenRefusal? Refusal { get; init; }

    public string? Code { get; init; }

    public int? RetryAfterSeconds { get; init; }

    /// <summary>It is the app that asks too often, not this account: 429, or a 503 that says when to come back.</summary>
    public bool AsksForPause { get; init; }

    /// <summary>The provider cannot have seen the request, or says that it did nothing with it.</summary>
    public bool ProvablyUnprocessed { get; init; }

    public static TokenResult Of(TokenAnswer tokens) => new() { Tokens = tokens };
}
