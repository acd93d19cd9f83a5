namespace Behalf.Tests.Support.Peers;

/// <summary>One emulated service with the OAuth app that is registered there.</summary>
internal sealed record EmulatedService
{
    /// <summary>Where its API and its OAuth endpoints are.</summary>
    public required Uri BaseUrl { get; init; }

    public required Uri AuthorizeUrl { get; init; }

    public required Uri TokenUrl { get; init; }

    public Uri? RevokeUrl { get; init; }

    public required string ClientId { get; init; }

    public required string ClientSecret { get; init; }
}

/// <summary>
/// The npm package emulate playing GitHub, Google, Slack and Linear for two users, <c>alice</c> and <c>bob</c>
/// (<c>…@example.test</c>). GitHub: each owns the private repository <c>NAME-notes</c>. Google: each has one mail and a
/// calendar. Slack and Linear check scopes.
/// </summary>
/// <remarks>
/// It takes a bearer token it does not know for its first seeded user; that user is called <see cref="Nobody"/>, so a
/// test that sees Alice's data has seen Alice's token. PKCE is enforced by Google and Linear only.
/// </remarks>
internal sealed class EmulatePeer : IAsyncDisposable
{
    public const string Nobody = "nobody";

    private readonly NodePeer node;

    private EmulatePeer(NodePeer node) => this.node = node;

    public EmulatedService GitHub => Service("github", "/login/oauth/authorize", "/login/oauth/access_token", null);

    public EmulatedService Google => Service("google", "/o/oauth2/v2/auth", "/oauth2/token", "/oauth2/revoke");

    public EmulatedService Slack => Service("slack", "/oauth/v2/authorize", "/api/oauth.v2.access", null);

    public EmulatedService Linear => Service("linear", "/oauth/authorize", "/oauth/token", "/oauth/revoke");

    /// <summary>All apps are registered with the same redirect URIs. Without <paramref name="ports"/> there are all four
    /// services, each on a port that it finds; with them, the named ones: a server that must know their addresses first
    /// has redirect URIs to give only then.</summary>
    public static async Task<EmulatePeer> StartAsync(
        IReadOnlyList<Uri> redirectUris, CancellationToken ct, IReadOnlyDictionary<string, int>? ports = null) =>
        new(await NodePeer.StartServerAsync("emulate.mjs", new { redirectUris, ports }, ct));

    /// <summary>Picks the user in the consent screen and returns the callback address the user was sent to.</summary>
    public static async Task<Uri> ConsentAsync(Uri authorizeUrl, string user, CancellationToken ct)
    {
        using var browser = new FormBrowser();
        return await browser.WalkAsync(authorizeUrl, forms => forms.Single(IsFor).Submit(), ct);

        // Every service shows one form per user, with the user's address in it.
        bool IsFor(HtmlForm form) => form.Html.Contains($">{EmailOf(user)}<", StringComparison.Ordinal);
    }

    public static string EmailOf(string user) => $"{user}@example.test";

    public ValueTask DisposeAsync() => node.DisposeAsync();

    private EmulatedService Service(string name, string authorize, string token, string? revoke)
    {
        var url = new Uri(node.Ready.GetProperty(name).GetString()!);
        return new EmulatedService
        {
            BaseUrl = url,
            AuthorizeUrl = new Uri(url, authorize),
            TokenUrl = new Uri(url, token),
            RevokeUrl = revoke is null ? null : new Uri(url, revoke),
            ClientId = $"{name}-client",
            ClientSecret = $"{name}-secret",
        };
    }
}
