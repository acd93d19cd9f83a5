using System.Text.Json.Serialization;

namespace Behalf.Sandbox.Provider;

/// <summary>What becomes of a refresh token once it was used.</summary>
internal enum Rotation
{
    /// <summary>It stays; nothing new is issued.</summary>
    None,

    /// <summary>It is replaced, and still taken until <see cref="ProviderModes.GraceMs"/> have passed.</summary>
    Grace,

    /// <summary>It is replaced, and still taken until a refresh token that replaced it was used.</summary>
    UntilUsed,

    /// <summary>It is replaced and dead at once.</summary>
    Strict,
}

/// <summary>How far a revocation goes (RFC 7009 §2.1 leaves it to the server).</summary>
internal enum RevokeReach
{
    /// <summary>A refresh token takes its family along, an access token only itself.</summary>
    Family,

    /// <summary>Any token takes along whatever that user ever gave that app.</summary>
    Grant,
}

/// <summary>What <c>expires_in</c> holds in a token answer.</summary>
internal enum ExpiresIn { Normal, Missing, String, Negative, Huge }

/// <summary>What <c>iss</c> holds in an authorization answer (RFC 9207).</summary>
internal enum Iss { Normal, Wrong, Missing }

/// <summary>Whom the provider says that the tokens belong to.</summary>
internal enum Subject { Normal, Other }

/// <summary>How the provider behaves from now on; replaced as a whole, so that one request sees one set.</summary>
internal sealed record ProviderModes
{
    public Rotation Rotation { get; init; } = Rotation.Grace;

    public int GraceMs { get; init; } = 60_000;

    public int AccessTokenLifetimeS { get; init; } = 3600;

    /// <summary>A refresh token that was not used for so long is dead; 0 for no such limit.</summary>
    public int IdleLimitS { get; init; }

    public int TokenLatencyMs { get; init; }

    public int ApiLatencyMs { get; init; }

    public RevokeReach RevokeReach { get; init; }

    /// <summary>When false a refresh leaves the refresh token as it is and answers without one (RFC 6749 §6).</summary>
    public bool IncludeRefreshTokenOnRefresh { get; init; } = true;

    /// <summary>When false nothing is ever refreshed, as with classic apps whose token lives until it is revoked.</summary>
    public bool IssueRefreshTokens { get; init; } = true;

    public ExpiresIn ExpiresIn { get; init; }

    public Iss Iss { get; init; }

    public Subject Subject { get; init; }

    [JsonIgnore]
    public TimeSpan Grace => TimeSpan.FromMilliseconds(GraceMs);

    [JsonIgnore]
    public TimeSpan AccessTokenLifetime => TimeSpan.FromSeconds(AccessTokenLifetimeS);

    [JsonIgnore]
    public TimeSpan? IdleLimit => IdleLimitS > 0 ? TimeSpan.FromSeconds(IdleLimitS) : null;

    /// <summary>The first number that makes no sense, by its name on the wire.</summary>
    [JsonIgnore]
    public string? OutOfRange => this switch
    {
        { GraceMs: < 0 } => "grace_ms",
        { AccessTokenLifetimeS: < 1 } => "access_token_lifetime_s",
        { IdleLimitS: < 0 } => "idle_limit_s",
        { TokenLatencyMs: < 0 } => "token_latency_ms",
        { ApiLatencyMs: < 0 } => "api_latency_ms",
        _ => null,
    };
}
