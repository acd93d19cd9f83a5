using System.Text.Json.Serialization;

namespace Behalf.Catalog;

/// <summary>Where a token answer holds what; JSON pointers (RFC 6901).</summary>
internal sealed record TokenCapture
{
    public string AccessToken { get; init; } = "/access_token";

    public string RefreshToken { get; init; } = "/refresh_token";

    public string ExpiresIn { get; init; } = "/expires_in";

    public string Scope { get; init; } = "/scope";

    /// <summary>Looked at on status 200 too: several providers fail with a success status.</summary>
    public string Error { get; init; } = "/error";

    /// <summary>Who connected, when the answer says so: all of them together name one account. Otherwise the probe
    /// does.</summary>
    public IReadOnlyList<string> Subject { get; init; } = [];
}

/// <summary>How an access token is renewed and what may be lost on the way.</summary>
internal sealed record RefreshRules
{
    /// <summary>False where tokens live until they are revoked.</summary>
    public bool Supported { get; init; }

    /// <summary>What the app's registration must have switched on for there to be a refresh token.</summary>
    public string? Needs { get; init; }

    public Rotation Rotation { get; init; } = new();

    /// <summary>Where a refresh answer holds its tokens, if not where the first answer does.</summary>
    public TokenCapture? Token { get; init; }

    /// <summary>A refresh token that is not used for so long dies.</summary>
    public int? IdleLimitDays { get; init; }

    /// <summary>How long before expiry to renew, where the usual margin is refused by the provider.</summary>
    public int? MarginSeconds { get; init; }
}

/// <summary>What becomes of a refresh token once it was used.</summary>
internal sealed record Rotation
{
    public RotationPolicy Policy { get; init; } = RotationPolicy.None;

    /// <summary>How long the used token still works, for <see cref="RotationPolicy.Grace"/>.</summary>
    public int GraceSeconds { get; init; }

    /// <summary>A lost answer can be asked for again only while the grace lasts, and a lease may run out twice before
    /// that: with a lease longer than a third of the grace the provider must be treated as strict.</summary>
    public RotationPolicy Effective(TimeSpan lease) =>
        Policy is RotationPolicy.Grace && lease * 3 > TimeSpan.FromSeconds(GraceSeconds)
            ? RotationPolicy.Strict
            : Policy;
}

/// <summary>The four fates of a used refresh token.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RotationPolicy>))]
internal enum RotationPolicy
{
    /// <summary>It stays valid; the provider sends the same or none.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>It works for some seconds more.</summary>
    [JsonStringEnumMemberName("grace")]
    Grace,

    /// <summary>It works until its successor is used.</summary>
    [JsonStringEnumMemberName("until_used")]
    UntilUsed,

    /// <summary>It is dead at once, and using it again may revoke the whole grant (RFC 9700 §4.14).</summary>
    [JsonStringEnumMemberName("strict")]
    Strict,
}

/// <summary>How to take a token back at the provider.</summary>
internal sealed record RevokeRules
{
    /// <summary><see cref="UrlTemplate.ClientId"/> may stand in it.</summary>
    public required UrlTemplate Url { get; init; }

    public RevokeMethod Method { get; init; } = RevokeMethod.Post;

    public required RevokeStyle Style { get; init; }

    /// <summary>Which of the two tokens is sent.</summary>
    public RevokeToken Token { get; init; } = RevokeToken.RefreshOrAccess;

    public required RevokeReach Reach { get; init; }
}

/// <summary>The method of a revocation request.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RevokeMethod>))]
internal enum RevokeMethod
{
    [JsonStringEnumMemberName("POST")]
    Post,

    [JsonStringEnumMemberName("DELETE")]
    Delete,

    [JsonStringEnumMemberName("GET")]
    Get,
}

/// <summary>Every form a revocation request takes.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RevokeStyle>))]
internal enum RevokeStyle
{
    /// <summary>RFC 7009 §2.1: a form with <c>token</c> and <c>token_type_hint</c>, the client authenticated.</summary>
    [JsonStringEnumMemberName("rfc7009")]
    Rfc7009,

    /// <summary>A form with <c>token</c> alone; the client is not named.</summary>
    [JsonStringEnumMemberName("form")]
    Form,

    /// <summary>HTTP Basic with the client, the token in a JSON body; <c>{client_id}</c> may stand in the
    /// URL.</summary>
    [JsonStringEnumMemberName("basic-json")]
    BasicJson,

    /// <summary>The token in the query.</summary>
    [JsonStringEnumMemberName("query")]
    Query,

    /// <summary>The token authorizes its own revocation as a bearer; no body.</summary>
    [JsonStringEnumMemberName("bearer")]
    Bearer,

    /// <summary>The token is the last segment of the path.</summary>
    [JsonStringEnumMemberName("path")]
    Path,
}

/// <summary>Which token a revocation names.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RevokeToken>))]
internal enum RevokeToken
{
    [JsonStringEnumMemberName("refresh_or_access")]
    RefreshOrAccess,

    [JsonStringEnumMemberName("access")]
    Access,

    [JsonStringEnumMemberName("both")]
    Both,
}

/// <summary>What dies with the token.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RevokeReach>))]
internal enum RevokeReach
{
    /// <summary>This token, and what was minted from it.</summary>
    [JsonStringEnumMemberName("token")]
    Token,

    /// <summary>Everything that this user ever granted to this client: other connections of theirs too.</summary>
    [JsonStringEnumMemberName("grant")]
    Grant,
}
