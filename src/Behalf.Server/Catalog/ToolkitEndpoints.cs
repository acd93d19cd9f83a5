using System.Text.Json;

namespace Behalf.Catalog;

/// <summary>The endpoints that an operator sets for a toolkit. What is not set is dropped, not left at the provider's
/// public address: a token of a private installation must not reach the public one's revocation endpoint.</summary>
internal sealed record ToolkitEndpoints
{
    private Dictionary<string, UrlTemplate> Servers { get; init; } = [];

    private UrlTemplate[] Hosts { get; init; } = [];

    private UrlTemplate? AuthorizeUrl { get; init; }

    private UrlTemplate? TokenUrl { get; init; }

    private UrlTemplate? RefreshUrl { get; init; }

    private UrlTemplate? RevokeUrl { get; init; }

    private Issuer? Issuer { get; init; }

    private bool ReplacesProbe { get; init; }

    private Probe? Probe { get; init; }

    /// <exception cref="CatalogException">A member is unknown or not of its form; <paramref name="at"/> words the
    /// place.</exception>
    public static ToolkitEndpoints Read(JsonElement members, Toolkit toolkit, Func<string, string> at)
    {
        var reader = new EndpointReader(members, at);
        reader.RefuseUnknown();
        reader.RefuseWithout("base_url", "servers", "hosts");
        reader.RefuseWithout("token_url", "authorize_url", "refresh_url", "revoke_url", "issuer", "iss_parameter");
        if (toolkit.Scheme(AuthMode.OAuth2) is not null)
        {
            reader.RefuseWithout("authorize_url", "token_url");
        }

        var servers = reader.Urls("servers");
        if (reader.Url("base_url") is { } baseUrl)
        {
            servers[Toolkit.DefaultServer] = baseUrl;
        }

        return new ToolkitEndpoints
        {
            Servers = servers,
            Hosts = reader.Hosts("hosts"),
            AuthorizeUrl = reader.Url("authorize_url"),
            TokenUrl = reader.Url("token_url"),
            RefreshUrl = reader.Url("refresh_url"),
            RevokeUrl = reader.Url("revoke_url"),
            Issuer = reader.Url("issuer") is { } issuer
                ? new Issuer { Url = issuer, IssParameter = reader.Flag("iss_parameter") }
                : null,
            ReplacesProbe = reader.Has("probe"),
            Probe = reader.Probe("probe"),
        };
    }

    public Toolkit PutInto(Toolkit toolkit) => toolkit with
    {
        IsRedirected = true,
        Servers = Servers.Count > 0 ? Servers : toolkit.Servers,
        ExtraHosts = Servers.Count > 0 ? Hosts : toolkit.ExtraHosts,
        Auth = [.. toolkit.Auth.Select(PutInto)],
        Probe = ReplacesProbe ? Probe : toolkit.Probe,
    };

    private AuthScheme PutInto(AuthScheme scheme) => (scheme, TokenUrl) switch
    {
        (OAuth2Scheme oauth, not null) => oauth with
        {
            AuthorizeUrl = AuthorizeUrl ?? oauth.AuthorizeUrl,
            TokenUrl = TokenUrl,
            RefreshUrl = RefreshUrl,
            Revoke = PutInto(oauth.Revoke),
            Issuer = Issuer,
        },
        (ClientCredentialsScheme client, not null) =>
            client with { TokenUrl = TokenUrl, Revoke = PutInto(client.Revoke) },
        _ => scheme,
    };

    /// <summary>A toolkit that has no revocation of its own gets the standard's.</summary>
    private RevokeRules? PutInto(RevokeRules? revoke) => (revoke, RevokeUrl) switch
    {
        (_, null) => null,
        (null, _) => new RevokeRules { Url = RevokeUrl, Style = RevokeStyle.Rfc7009, Reach = RevokeReach.Token },
        _ => revoke with { Url = RevokeUrl },
    };
}
