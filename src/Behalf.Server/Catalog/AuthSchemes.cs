using System.Text.Json.Serialization;

namespace Behalf.Catalog;

/// <summary>One way to connect an account of a toolkit.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(OAuth2Scheme), "oauth2")]
[JsonDerivedType(typeof(ClientCredentialsScheme), "client_credentials")]
[JsonDerivedType(typeof(ApiKeyScheme), "api_key")]
[JsonDerivedType(typeof(BearerScheme), "bearer")]
[JsonDerivedType(typeof(BasicScheme), "basic")]
[JsonDerivedType(typeof(NoAuthScheme), "none")]
internal abstract record AuthScheme
{
    [JsonIgnore]
    public abstract AuthMode Mode { get; }

    /// <summary>What a person reads where they choose between several ways.</summary>
    public string? Title { get; init; }

    /// <summary>What whoever connects types in; empty where the provider is asked for a token, or nobody for anything.</summary>
    [JsonIgnore]
    public virtual IReadOnlyList<ConnectionField> AskedFields => [];
}

/// <summary>RFC 6749 §4.1 with whatever the provider does its own way in <see cref="Quirks"/>.</summary>
internal sealed record OAuth2Scheme : AuthScheme
{
    public override AuthMode Mode => AuthMode.OAuth2;

    public required UrlTemplate AuthorizeUrl { get; init; }

    public required UrlTemplate TokenUrl { get; init; }

    /// <summary>Where refreshing has an address of its own; otherwise <see cref="TokenUrl"/>.</summary>
    public UrlTemplate? RefreshUrl { get; init; }

    /// <summary>The authorization server's identifier (RFC 8414 §2, RFC 9207).</summary>
    public Issuer? Issuer { get; init; }

    public required ClientAuth ClientAuth { get; init; }

    /// <summary>Every scope this catalogue knows, by name.</summary>
    public required IReadOnlyDictionary<string, Scope> Scopes { get; init; }

    /// <summary>Asked for when an auth config names none; reading first, the rest comes by step-up.</summary>
    public required IReadOnlyList<string> DefaultScopes { get; init; }

    public TokenCapture Token { get; init; } = new();

    public RefreshRules Refresh { get; init; } = new();

    public RevokeRules? Revoke { get; init; }

    public CredentialPlace Place { get; init; } = CredentialPlace.Bearer;

    public Quirks Quirks { get; init; } = new();
}

/// <summary>RFC 6749 §4.4: the application itself is the account.</summary>
internal sealed record ClientCredentialsScheme : AuthScheme
{
    public override AuthMode Mode => AuthMode.ClientCredentials;

    public override IReadOnlyList<ConnectionField> AskedFields => Fields;

    public required UrlTemplate TokenUrl { get; init; }

    public required ClientAuth ClientAuth { get; init; }

    public required IReadOnlyDictionary<string, Scope> Scopes { get; init; }

    public required IReadOnlyList<string> DefaultScopes { get; init; }

    /// <summary>Asked from whoever connects: the client's id and secret belong to the account here.</summary>
    public required IReadOnlyList<ConnectionField> Fields { get; init; }

    public TokenCapture Token { get; init; } = new();

    public RevokeRules? Revoke { get; init; }

    public CredentialPlace Place { get; init; } = CredentialPlace.Bearer;

    public Quirks Quirks { get; init; } = new();
}

/// <summary>A key that the user makes at the provider and pastes.</summary>
internal sealed record ApiKeyScheme : AuthScheme
{
    public override AuthMode Mode => AuthMode.ApiKey;

    public override IReadOnlyList<ConnectionField> AskedFields => Fields;

    public required IReadOnlyList<ConnectionField> Fields { get; init; }

    /// <summary>Where each field goes; the format names it: <c>{generic_api_key}</c>.</summary>
    public required IReadOnlyList<CredentialPlace> Places { get; init; }
}

/// <summary>A long-lived token that the user pastes, sent as RFC 6750 §2.1 says.</summary>
internal sealed record BearerScheme : AuthScheme
{
    public override AuthMode Mode => AuthMode.BearerToken;

    public override IReadOnlyList<ConnectionField> AskedFields => Fields;

    public required IReadOnlyList<ConnectionField> Fields { get; init; }

    public CredentialPlace Place { get; init; } = CredentialPlace.Bearer;
}

/// <summary>RFC 7617.</summary>
internal sealed record BasicScheme : AuthScheme
{
    public override AuthMode Mode => AuthMode.Basic;

    public override IReadOnlyList<ConnectionField> AskedFields => Fields;

    public required IReadOnlyList<ConnectionField> Fields { get; init; }

    /// <summary>Templates over the fields: some providers want the key as user name and a fixed word as
    /// password.</summary>
    public string Username { get; init; } = "{username}";

    public string Password { get; init; } = "{password}";
}

/// <summary>An open API: connecting means nothing but naming the account.</summary>
internal sealed record NoAuthScheme : AuthScheme
{
    public override AuthMode Mode => AuthMode.NoAuth;
}

/// <summary>A permission at the provider, in words for the person who grants it.</summary>
internal sealed record Scope
{
    public required string Title { get; init; }

    /// <summary>Scopes that this one contains, at any depth.</summary>
    public IReadOnlyList<string> Implies { get; init; } = [];

    /// <summary>Writes, deletes or reads what is private: the consent page sets it apart.</summary>
    public bool Sensitive { get; init; }
}

/// <summary>Whose answers may be believed at the callback.</summary>
internal sealed record Issuer
{
    public required UrlTemplate Url { get; init; }

    /// <summary>The server advertises <c>authorization_response_iss_parameter_supported</c>: a callback without
    /// <c>iss</c> is refused (RFC 9207 §2.4).</summary>
    public bool IssParameter { get; init; }
}

/// <summary>How the client proves itself at the token endpoint (RFC 6749 §2.3).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ClientAuth>))]
internal enum ClientAuth
{
    [JsonStringEnumMemberName("client_secret_post")]
    ClientSecretPost,

    [JsonStringEnumMemberName("client_secret_basic")]
    ClientSecretBasic,

    [JsonStringEnumMemberName("none")]
    None,
}

/// <summary>Where in a request the credential stands.</summary>
internal sealed record CredentialPlace
{
    public static CredentialPlace Bearer { get; } = new()
    {
        In = PlaceIn.Header,
        Name = "Authorization",
        Format = "Bearer {token}",
    };

    public required PlaceIn In { get; init; }

    public required string Name { get; init; }

    /// <summary>Text around <c>{token}</c>, or around the name of a connection field.</summary>
    public required string Format { get; init; }
}

/// <summary>The two places a credential may have.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PlaceIn>))]
internal enum PlaceIn
{
    [JsonStringEnumMemberName("header")]
    Header,

    [JsonStringEnumMemberName("query")]
    Query,
}
