using System.Net;
using Behalf.Tests.Support.Peers;

namespace Behalf.Tests.Peers;

/// <summary>One provider for the class: every test makes grants of its own.</summary>
public sealed class OidcProviderFixture : IAsyncLifetime
{
    internal OidcClient Client { get; } = new()
    {
        Id = "app",
        Secret = "app-secret",
        RedirectUris = [CodeFlow.RedirectUri],
    };

    internal OidcProviderPeer Peer { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var options = new OidcProviderOptions { Clients = [Client] };
        Peer = await OidcProviderPeer.StartAsync(options, CancellationToken.None);
    }

    public ValueTask DisposeAsync() => Peer.DisposeAsync();
}

/// <summary>The strict provider really is strict: what our own tests prove against it rests on this.</summary>
public sealed class OidcProviderTests(OidcProviderFixture fixture) : IClassFixture<OidcProviderFixture>, IDisposable
{
    private const string Offline = "openid offline_access";

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;
    private readonly OidcProviderPeer peer = fixture.Peer;
    private readonly CodeFlow flow = new(
        fixture.Peer.AuthorizationEndpoint,
        fixture.Peer.TokenEndpoint,
        fixture.Client.Id,
        fixture.Client.Secret,
        secretInBody: false);

    public void Dispose() => flow.Dispose();

    [Fact]
    public async Task Two_users_get_tokens_of_their_own()
    {
        foreach (var user in new[] { "alice", "bob" })
        {
            var callback = await peer.ConsentAsync(flow.AuthorizeWithPkce("openid"), user, ct);
            Assert.Equal("state-1", CodeFlow.Parameter(callback, "state"));
            Assert.Equal(peer.Issuer, new Uri(CodeFlow.Parameter(callback, "iss")));

            var tokens = await flow.ExchangeAsync(callback, flow.Verifier, ct);
            Assert.Equal(user, (await flow.GetAsync(peer.WhoAmI, tokens["access_token"], ct))["user"]);
            Assert.Equal(user, (await flow.GetAsync(peer.UserinfoEndpoint, tokens["access_token"], ct))["sub"]);
        }
    }

    [Fact]
    public async Task A_request_without_an_S256_challenge_is_refused()
    {
        foreach (var url in new[]
        {
            flow.Authorize("openid"),
            flow.Authorize("openid", ("code_challenge", flow.Verifier), ("code_challenge_method", "plain")),
        })
        {
            Assert.Equal("invalid_request", CodeFlow.Parameter(await peer.ConsentAsync(url, "alice", ct), "error"));
        }
    }

    [Fact]
    public async Task A_wrong_verifier_does_not_redeem_the_code()
    {
        var callback = await peer.ConsentAsync(flow.AuthorizeWithPkce("openid"), "alice", ct);
        var refused = await flow.ExchangeAsync(callback, "another-verifier-0123456789-0123456789-0123456789", ct);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_grant"), (refused.Status, refused["error"]));
    }

    [Fact]
    public async Task A_code_is_good_once()
    {
        var callback = await peer.ConsentAsync(flow.AuthorizeWithPkce("openid"), "alice", ct);
        Assert.Equal(HttpStatusCode.OK, (await flow.ExchangeAsync(callback, flow.Verifier, ct)).Status);
        Assert.Equal("invalid_grant", (await flow.ExchangeAsync(callback, flow.Verifier, ct))["error"]);
    }

    [Fact]
    public async Task A_refresh_rotates_and_using_the_old_token_again_kills_the_grant()
    {
        var first = await ConnectAsync("alice");
        var second = await flow.RefreshAsync(first["refresh_token"], ct);
        Assert.NotEqual(first["refresh_token"], second["refresh_token"]);
        Assert.Equal("alice", (await flow.GetAsync(peer.WhoAmI, second["access_token"], ct))["user"]);

        Assert.Equal("invalid_grant", (await flow.RefreshAsync(first["refresh_token"], ct))["error"]);

        Assert.Equal("invalid_grant", (await flow.RefreshAsync(second["refresh_token"], ct))["error"]);
        var dead = await flow.GetAsync(peer.WhoAmI, second["access_token"], ct);
        Assert.Equal(HttpStatusCode.Unauthorized, dead.Status);
        Assert.Contains(await peer.LedgerAsync(ct), e => e.Error == "refresh token already used");
    }

    [Fact]
    public async Task Revoking_one_users_grant_leaves_the_other_alone()
    {
        var (alice, bob) = (await ConnectAsync("alice"), await ConnectAsync("bob"));
        Assert.True((await IntrospectAsync(alice)).Body.GetProperty("active").GetBoolean());

        var form = new Dictionary<string, string> { ["token"] = alice["refresh_token"] };
        Assert.Equal(HttpStatusCode.OK, (await flow.PostAsync(peer.RevocationEndpoint, form, ct)).Status);

        Assert.False((await IntrospectAsync(alice)).Body.GetProperty("active").GetBoolean());
        Assert.Equal("invalid_grant", (await flow.RefreshAsync(alice["refresh_token"], ct))["error"]);
        Assert.Equal(HttpStatusCode.Unauthorized, (await flow.GetAsync(peer.WhoAmI, alice["access_token"], ct)).Status);
        Assert.Equal("bob", (await flow.GetAsync(peer.WhoAmI, bob["access_token"], ct))["user"]);
    }

    [Fact]
    public async Task A_refresh_token_takes_offline_access_and_a_prompt_for_consent()
    {
        var callback = await peer.ConsentAsync(flow.AuthorizeWithPkce(Offline), "alice", ct);
        Assert.False((await flow.ExchangeAsync(callback, flow.Verifier, ct)).Has("refresh_token"));
        Assert.True((await ConnectAsync("alice")).Has("refresh_token"));
    }

    [Fact]
    public async Task Saying_no_comes_back_as_access_denied()
    {
        var callback = await peer.DenyAsync(flow.AuthorizeWithPkce("openid"), ct);
        Assert.Equal("access_denied", CodeFlow.Parameter(callback, "error"));
    }

    private async Task<TokenAnswer> ConnectAsync(string user)
    {
        var url = flow.AuthorizeWithPkce(Offline, ("prompt", "consent"));
        return await flow.ExchangeAsync(await peer.ConsentAsync(url, user, ct), flow.Verifier, ct);
    }

    private Task<TokenAnswer> IntrospectAsync(TokenAnswer tokens) =>
        flow.PostAsync(peer.IntrospectionEndpoint, new() { ["token"] = tokens["access_token"] }, ct);
}
