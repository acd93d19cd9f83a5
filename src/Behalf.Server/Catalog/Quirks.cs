using System.Text.Json.Serialization;

namespace Behalf.Catalog;

/// <summary>Every way a provider's OAuth may differ from RFC 6749. A new way is a new member here, never a provider's
/// name in an <c>if</c>; the defaults are the standard's.</summary>
internal sealed record Quirks
{
    // The authorization request

    /// <summary>Parameters beyond the standard's, such as <c>access_type=offline</c>.</summary>
    public IReadOnlyDictionary<string, string> AuthorizeParameters { get; init; } = Toolkit.EmptyText;

    /// <summary>The parameter that carries the user's scopes.</summary>
    public string ScopeParameter { get; init; } = "scope";

    public string ScopeSeparator { get; init; } = " ";

    /// <summary>The provider has no scopes, or fixes them at registration: the parameter is left out.</summary>
    public bool OmitScope { get; init; }

    /// <summary>Asked for whatever the auth config says, such as <c>offline_access</c>.</summary>
    public IReadOnlyList<string> ScopesAlwaysAsked { get; init; } = [];

    public string ClientIdParameter { get; init; } = "client_id";

    /// <summary>Some refuse <c>response_type</c>.</summary>
    public bool OmitResponseType { get; init; }

    public Pkce Pkce { get; init; } = Pkce.S256;

    /// <summary>A loopback or plain http redirect URI cannot be registered: no link is made until the server is reached by
    /// https.</summary>
    public bool RedirectMustBeHttps { get; init; }

    // The callback

    public string CodeParameter { get; init; } = "code";

    /// <summary>The provider does not echo <c>state</c>; it travels in the redirect URI's own query.</summary>
    public bool StateInRedirectUri { get; init; }

    // The token request

    public TokenBody TokenBody { get; init; } = TokenBody.Form;

    public IReadOnlyDictionary<string, string> TokenParameters { get; init; } = Toolkit.EmptyText;

    public IReadOnlyDictionary<string, string> RefreshParameters { get; init; } = Toolkit.EmptyText;

    public IReadOnlyDictionary<string, string> TokenHeaders { get; init; } = Toolkit.EmptyText;

    /// <summary>Refreshing without the scope parameter is refused (RFC 6749 §6 has it optional).</summary>
    public bool SendScopeOnRefresh { get; init; }

    /// <summary>Code exchange and refresh carry both forms of client authentication.</summary>
    public bool RepeatClientInBody { get; init; }

    // The token answer

    public ExpiryUnit ExpiryUnit { get; init; } = ExpiryUnit.Seconds;

    /// <summary><c>expires_in</c> is a point in time, not a span.</summary>
    public bool ExpiryIsAbsolute { get; init; }

    /// <summary>For tokens that expire without saying when.</summary>
    public int? AssumedLifetimeSeconds { get; init; }

    /// <summary>What stands between the scopes in the answer, where it is not <see cref="ScopeSeparator"/>.</summary>
    public string? GrantedScopeSeparator { get; init; }

    /// <summary>The answer's scopes are other names than those asked for: they cannot be compared.</summary>
    public bool GrantedScopesUnreliable { get; init; }
}

/// <summary>RFC 7636. Sent unless the provider fails on parameters it does not know.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Pkce>))]
internal enum Pkce
{
    [JsonStringEnumMemberName("S256")]
    S256,

    [JsonStringEnumMemberName("none")]
    None,
}

/// <summary>In what form token requests carry their parameters.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TokenBody>))]
internal enum TokenBody
{
    [JsonStringEnumMemberName("form")]
    Form,

    [JsonStringEnumMemberName("json")]
    Json,

    [JsonStringEnumMemberName("query")]
    Query,
}

/// <summary>What the number in <c>expires_in</c> counts.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ExpiryUnit>))]
internal enum ExpiryUnit
{
    [JsonStringEnumMemberName("seconds")]
    Seconds,

    [JsonStringEnumMemberName("milliseconds")]
    Milliseconds,
}
