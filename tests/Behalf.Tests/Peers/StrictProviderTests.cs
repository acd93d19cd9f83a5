using System.Net;
using System.Text.Json;
using Behalf.Tests.Support;
using Behalf.Tests.Support.Peers;

namespace Behalf.Tests.Peers;

/// <summary>The whole server against <c>oidc-provider</c>: PKCE by S256 alone, <c>iss</c> in every answer, and refresh
/// tokens of which a second use kills everything that came from the same consent.</summary>
public sealed class StrictProviderTests
{
    private static readonly string[] People = ["alice", "bob"];

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Theory, OnBothEngines]
    public async Task Refresh_tokens_rotate_and_none_is_ever_used_twice(string engine)
    {
        await using var world = await OidcWorld.CreateAsync(engine, ct);
        var accounts = await ConnectBothAsync(world);
        var seen = new HashSet<string?>();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("ACTIVE", Text(await world.AccountAsync(accounts["alice"], "refresh"), "status"));
            seen.Add((await CredentialAsync(world, accounts["alice"])).RefreshToken);
            Assert.Equal("alice", await world.WhoAmIAsync("alice"));
        }

        Assert.Equal(5, seen.Count);
        await AssertFamilyAsync(world, "alice", refreshes: 5);
        Assert.Equal("bob", await world.WhoAmIAsync("bob"));
    }

    [Theory, OnBothEngines]
    public async Task Twenty_calls_at_once_on_an_expired_token_refresh_it_once(string engine)
    {
        await using var world = await OidcWorld.CreateAsync(engine, ct);
        await ConnectBothAsync(world);
        await world.Server.Clock.AdvanceAsync(TimeSpan.FromHours(1));
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => world.WhoAmIAsync("alice")));
        Assert.All(answers, who => Assert.Equal("alice", who));
        await AssertFamilyAsync(world, "alice", refreshes: 1);
        Assert.Equal("bob", await world.WhoAmIAsync("bob"));
    }

    [Theory, OnBothEngines]
    public async Task Alices_revocation_kills_her_tokens_at_the_provider_and_leaves_Bobs_alone(string engine)
    {
        await using var world = await OidcWorld.CreateAsync(engine, ct);
        var accounts = await ConnectBothAsync(world);
        var held = await CredentialAsync(world, accounts["alice"]);
        Assert.Equal("revoked", Text(await world.AccountAsync(accounts["alice"], "revoke"), "upstream"));
        using var thief = new CodeFlow(world.Peer.AuthorizationEndpoint, world.Peer.TokenEndpoint, "app", "app-secret", secretInBody: false);
        Assert.Equal(HttpStatusCode.Unauthorized, (await thief.GetAsync(world.Peer.WhoAmI, held.AccessToken!, ct)).Status);
        Assert.Equal("invalid_grant", (await thief.RefreshAsync(held.RefreshToken!, ct))["error"]);
        Assert.Equal("ActionExecute_ConnectedAccountExpired", (await world.ExecuteAsync("alice")).Expect(400).Slug);
        Assert.Equal("bob", await world.WhoAmIAsync("bob"));
    }

    [Theory, OnBothEngines]
    public async Task A_stolen_refresh_token_that_was_used_ends_in_a_link_and_the_account_keeps_its_id(string engine)
    {
        await using var world = await OidcWorld.CreateAsync(engine, ct);
        var accounts = await ConnectBothAsync(world);
        var held = await CredentialAsync(world, accounts["alice"]);
        using var thief = new CodeFlow(world.Peer.AuthorizationEndpoint, world.Peer.TokenEndpoint, "app", "app-secret", secretInBody: false);
        await thief.RefreshAsync(held.RefreshToken!, ct);

        var refreshed = await world.AccountAsync(accounts["alice"], "refresh");
        Assert.Equal((accounts["alice"], "EXPIRED"), (Text(refreshed, "id"), Text(refreshed, "status")));
        var link = Text(refreshed, "redirect_url")!;
        Assert.Equal(200, (await world.VisitAsync(link, "alice", ct)).Status);
        Assert.Equal("ACTIVE", await world.StatusAsync(accounts["alice"]));
        Assert.Equal("alice", await world.WhoAmIAsync("alice"));
        Assert.Equal("bob", await world.WhoAmIAsync("bob"));
    }

    [Theory, OnBothEngines]
    public async Task Another_person_cannot_take_over_an_account_by_reconnecting_it(string engine)
    {
        await using var world = await OidcWorld.CreateAsync(engine, ct);
        var accounts = await ConnectBothAsync(world);
        await world.AccountAsync(accounts["alice"], "revoke");
        var link = Text(await world.AccountAsync(accounts["alice"], "refresh"), "redirect_url")!;
        var page = await world.VisitAsync(link, "bob", ct);
        Assert.Equal("subject_changed", page.Reason);
        Assert.NotEqual("ACTIVE", await world.StatusAsync(accounts["alice"]));
        Assert.Equal("bob", await world.WhoAmIAsync("bob"));
    }

    /// <summary>As the provider counts: so many refreshes, and not one that it refused or punished.</summary>
    private async Task AssertFamilyAsync(OidcWorld world, string person, int refreshes)
    {
        var ledger = await world.Peer.LedgerAsync(ct);
        Assert.Equal(refreshes, ledger.Count(e => e.What == "token" && e.User == person && e.Grant == "refresh_token"));
        Assert.DoesNotContain(ledger, e => e.What is "refused" or "grant_revoked");
    }

    private async Task<Dictionary<string, string>> ConnectBothAsync(OidcWorld world)
    {
        var accounts = new Dictionary<string, string>();
        foreach (var person in People)
        {
            accounts[person] = await world.ConnectAsync(person, ct);
            Assert.Equal(person, await world.WhoAmIAsync(person));
        }

        return accounts;
    }

    private Task<Behalf.Accounts.Credential> CredentialAsync(OidcWorld world, string account) =>
        StoredCredential.OfAsync(world.Server, world.Project, account, ct);

    private static string? Text(JsonElement data, string name) => data.GetProperty(name).GetString();
}
