using System.Net.Http.Json;

namespace Behalf.Tests.Support.Peers;

/// <summary>An OAuth client registered with the provider.</summary>
internal sealed record OidcClient
{
    public required string Id { get; init; }

    public required string Secret { get; init; }

    public required IReadOnlyList<Uri> RedirectUris { get; init; }

    public string AuthMethod { get; init; } = "client_secret_basic";
}

/// <summary>How the provider behaves; the rest is as strict as it gets.</summary>
internal sealed record OidcProviderOptions
{
    public required IReadOnlyList<OidcClient> Clients { get; init; }

    public IReadOnlyList<string> Users { get; init; } = ["alice", "bob"];

    /// <summary>0: one that it finds itself.</summary>
    public int Port { get; init; }

    public int AccessTokenSeconds { get; init; } = 3600;

    public int RefreshTokenSeconds { get; init; } = 86400;
}

/// <summary><c>token</c>, <c>refused</c>, <c>grant_revoked</c> or <c>revocation</c>, and whose.</summary>
internal sealed record OidcEvent(string What, string? User, string? Client, string? Grant, string? Error);

/// <summary>
/// The npm package oidc-provider: requires PKCE S256, rotates refresh tokens and kills the grant when an old one is
/// used again, revokes and introspects, names itself in <c>iss</c>. A refresh token takes <c>scope=offline_access</c>
/// and <c>prompt=consent</c>.
/// </summary>
internal sealed class OidcProviderPeer : IAsyncDisposable
{
    private readonly NodePeer node;
    private readonly HttpClient http = new();

    private OidcProviderPeer(NodePeer node)
    {
        this.node = node;
        Issuer = new Uri(node.Ready.GetProperty("issuer").GetString()!);
    }

    public Uri Issuer { get; }

    public Uri AuthorizationEndpoint => new(Issuer, "/auth");

    public Uri TokenEndpoint => new(Issuer, "/token");

    public Uri RevocationEndpoint => new(Issuer, "/token/revocation");

    public Uri IntrospectionEndpoint => new(Issuer, "/token/introspection");

    public Uri UserinfoEndpoint => new(Issuer, "/me");

    /// <summary>A protected resource: answers <c>{user, client, scope}</c> of the bearer token, or 401.</summary>
    public Uri WhoAmI => new(Issuer, "/api/whoami");

    public static async Task<OidcProviderPeer> StartAsync(OidcProviderOptions options, CancellationToken ct) =>
        new(await NodePeer.StartServerAsync("oidc.mjs", options, ct));

    /// <summary>Signs the user in, says yes, and returns the callback address that the user was sent to.</summary>
    public Task<Uri> ConsentAsync(Uri authorizeUrl, string user, CancellationToken ct) =>
        WalkAsync(authorizeUrl, forms => forms.Single() switch
        {
            var signIn when signIn.Offers("user") => signIn.Submit("user", user),
            var consent => consent.Submit("answer", "allow"),
        }, ct);

    /// <summary>Says no at the first question.</summary>
    public Task<Uri> DenyAsync(Uri authorizeUrl, CancellationToken ct) =>
        WalkAsync(authorizeUrl, forms => forms.Single().Submit("answer", "deny"), ct);

    public async Task<IReadOnlyList<OidcEvent>> LedgerAsync(CancellationToken ct) =>
        (await http.GetFromJsonAsync<List<OidcEvent>>(new Uri(Issuer, "/ledger"), ct))!;

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await node.DisposeAsync();
    }

    private static async Task<Uri> WalkAsync(
        Uri url, Func<IReadOnlyList<HtmlForm>, FilledForm> answer, CancellationToken ct)
    {
        // A browser of its own: nobody is signed in yet.
        using var browser = new FormBrowser();
        return await browser.WalkAsync(url, answer, ct);
    }
}
