using Behalf.Sandbox.Provider;

namespace Behalf.Sandbox.OAuth;

/// <summary><c>GET /.well-known/oauth-authorization-server</c> (RFC 8414 §2).</summary>
internal sealed record Metadata
{
    private static readonly string[] AuthMethods = ["client_secret_basic", "client_secret_post"];

    public required string Issuer { get; init; }

    public required string AuthorizationEndpoint { get; init; }

    public required string TokenEndpoint { get; init; }

    public required string RevocationEndpoint { get; init; }

    public required string UserinfoEndpoint { get; init; }

    public IReadOnlyList<string> ScopesSupported { get; } = Scopes.All;

    public IReadOnlyList<string> ResponseTypesSupported { get; } = ["code"];

    public IReadOnlyList<string> ResponseModesSupported { get; } = ["query"];

    public IReadOnlyList<string> GrantTypesSupported { get; } =
        ["authorization_code", "refresh_token", "client_credentials"];

    public IReadOnlyList<string> TokenEndpointAuthMethodsSupported { get; } = AuthMethods;

    public IReadOnlyList<string> RevocationEndpointAuthMethodsSupported { get; } = AuthMethods;

    public IReadOnlyList<string> CodeChallengeMethodsSupported { get; } = ["S256"];

    /// <summary>RFC 9207 §3.</summary>
    public bool AuthorizationResponseIssParameterSupported { get; } = true;

    public static Metadata Handle(Issuer issuer) => new()
    {
        Issuer = issuer.Url,
        AuthorizationEndpoint = $"{issuer.Url}/oauth/authorize",
        TokenEndpoint = $"{issuer.Url}/oauth/token",
        RevocationEndpoint = $"{issuer.Url}/oauth/revoke",
        UserinfoEndpoint = $"{issuer.Url}/oauth/userinfo",
    };
}
