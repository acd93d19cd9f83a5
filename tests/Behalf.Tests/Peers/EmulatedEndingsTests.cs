using System.Net;
using System.Text.Json;
using Behalf.Accounts;
using Behalf.Tests.Support;
using Behalf.Tests.Support.Peers;

namespace Behalf.Tests.Peers;

/// <summary>Refresh, revocation and reconnection with tokens that emulated providers really know or really forget.</summary>
public sealed class EmulatedEndingsTests
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Theory, OnBothEngines]
    public async Task Google_keeps_its_refresh_token_and_forgets_what_is_revoked(string engine)
    {
        await using var world = await EmulatedWorld.GmailAsync(engine, ct);
        var (alice, bob) = (await world.ConnectAsync("alice", ct), await world.ConnectAsync("bob", ct));
        var first = await StoredCredential.OfAsync(world.Server, world.Project, alice, ct);
        Assert.Equal("ACTIVE", Text((await world.AccountAsync(alice, "refresh")).Expect(200).Json, "status"));
        var second = await StoredCredential.OfAsync(world.Server, world.Project, alice, ct);
        Assert.Equal(first.RefreshToken, second.RefreshToken);
        Assert.NotEqual(first.AccessToken, second.AccessToken);

        await AssertRevokedUpstreamAsync(world, alice, ["refresh_token"]);
        using var thief = FlowOf(world.Peer.Google);
        Assert.Equal("invalid_grant", (await thief.RefreshAsync(second.RefreshToken!, ct))["error"]);
        Assert.Equal("From bob", await SubjectOfAMailAsync(world, "bob"));

        // Bob takes the app's access away himself, at the provider.
        var bobs = await StoredCredential.OfAsync(world.Server, world.Project, bob, ct);
        await thief.PostAsync(world.Peer.Google.RevokeUrl!, new() { ["token"] = bobs.RefreshToken! }, ct);
        await AssertReconnectsInPlaceAsync(world, bob, Text((await world.AccountAsync(bob, "refresh")).Expect(200).Json, "redirect_url")!);
        Assert.Equal("From bob", await SubjectOfAMailAsync(world, "bob"));
    }

    [Theory, OnBothEngines]
    public async Task Linear_rotates_and_a_token_that_it_refuses_ends_in_a_link(string engine)
    {
        await using var world = await EmulatedWorld.LinearAsync(engine, ct);
        var (alice, bob) = (await world.ConnectAsync("alice", ct), await world.ConnectAsync("bob", ct));
        var first = await StoredCredential.OfAsync(world.Server, world.Project, alice, ct);
        Assert.Equal("ACTIVE", Text((await world.AccountAsync(alice, "refresh")).Expect(200).Json, "status"));
        var second = await StoredCredential.OfAsync(world.Server, world.Project, alice, ct);
        Assert.NotEqual(first.RefreshToken, second.RefreshToken);
        await world.RunAsync("LINEAR_GET_CURRENT_USER", "alice");

        await AssertRevokedUpstreamAsync(world, alice, ["refresh_token", "access_token"]);
        using var thief = FlowOf(world.Peer.Linear);
        Assert.Equal(HttpStatusCode.Unauthorized, await AskViewerAsync(world, thief, second.AccessToken!));
        Assert.Equal("invalid_grant", (await thief.RefreshAsync(second.RefreshToken!, ct))["error"]);
        await world.RunAsync("LINEAR_GET_CURRENT_USER", "bob");

        // Bob takes the app's access away himself: the next call learns of it from Linear's 401.
        var bobs = await StoredCredential.OfAsync(world.Server, world.Project, bob, ct);
        foreach (var token in new[] { bobs.RefreshToken!, bobs.AccessToken! })
        {
            await thief.PostAsync(world.Peer.Linear.RevokeUrl!, new() { ["token"] = token }, ct);
        }

        var refused = (await world.ExecuteAsync("LINEAR_GET_CURRENT_USER", "bob")).Expect(400);
        Assert.Equal("ActionExecute_ConnectedAccountExpired", refused.Slug);
        var message = Text(refused.Json.GetProperty("error"), "message")!;
        await AssertReconnectsInPlaceAsync(world, bob, message[message.IndexOf("http", StringComparison.Ordinal)..]);
        await world.RunAsync("LINEAR_GET_CURRENT_USER", "bob");
    }

    [Theory, OnBothEngines]
    public async Task Deleting_takes_the_token_back_at_Linear_and_leaves_the_other_user_alone(string engine)
    {
        await using var world = await EmulatedWorld.LinearAsync(engine, ct);
        var alice = await world.ConnectAsync("alice", ct);
        await world.ConnectAsync("bob", ct);
        var held = await StoredCredential.OfAsync(world.Server, world.Project, alice, ct);
        var deleted = (await world.Project.DeleteAsync($"/api/v3.1/connected_accounts/{alice}")).Expect(200).Json;
        Assert.Equal("revoked", Text(deleted, "upstream"));
        using var thief = FlowOf(world.Peer.Linear);
        Assert.Equal(HttpStatusCode.Unauthorized, await AskViewerAsync(world, thief, held.AccessToken!));
        (await world.Project.GetAsync($"/api/v3.1/connected_accounts/{alice}")).Expect(404);
        await world.RunAsync("LINEAR_GET_CURRENT_USER", "bob");
    }

    [Theory, OnBothEngines]
    public async Task A_provider_that_does_not_take_a_token_back_is_not_said_to_have_done_so(string engine)
    {
        await using var world = await EmulatedWorld.SlackAsync(engine, ct);
        var alice = await world.ConnectAsync("alice", ct);
        await world.ConnectAsync("bob", ct);

        // The emulated Slack does not know auth.revoke.
        var revoked = (await world.AccountAsync(alice, "revoke")).Expect(200).Json;
        Assert.Equal("queued", Text(revoked, "upstream"));
        Assert.Empty(revoked.GetProperty("revoked_tokens").EnumerateArray());
        Assert.Equal("REVOKED", await world.StatusAsync(alice));
        await world.RunAsync("SLACK_LIST_ALL_CHANNELS", "bob");
    }

    [Theory, OnBothEngines]
    public async Task What_a_user_takes_back_at_Google_is_noticed_before_anybody_calls(string engine)
    {
        await using var world = await EmulatedWorld.GmailAsync(engine, ct);
        await AssertNoticedAsync(world, world.Peer.Google, held => [held.RefreshToken!], TimeSpan.FromHours(1));
    }

    [Theory, OnBothEngines]
    public async Task What_a_user_takes_back_at_Linear_is_noticed_before_anybody_calls(string engine)
    {
        await using var world = await EmulatedWorld.LinearAsync(engine, ct);
        await AssertNoticedAsync(world, world.Peer.Linear, held => [held.RefreshToken!, held.AccessToken!], TimeSpan.FromHours(23.9));
    }

    private async Task AssertNoticedAsync(
        EmulatedWorld world, EmulatedService provider, Func<Credential, IEnumerable<string>> tokens, TimeSpan later)
    {
        var (alice, bob) = (await world.ConnectAsync("alice", ct), await world.ConnectAsync("bob", ct));
        using var user = FlowOf(provider);
        foreach (var token in tokens(await StoredCredential.OfAsync(world.Server, world.Project, bob, ct)))
        {
            await user.PostAsync(provider.RevokeUrl!, new() { ["token"] = token }, ct);
        }

        await world.Server.Clock.AdvanceAsync(later);
        await Eventually.HoldsAsync(async () => await world.StatusAsync(bob) == "EXPIRED");
        Assert.Equal("ACTIVE", await world.StatusAsync(alice));
        var told = (await world.Project.GetAsync("/api/v3.1/audit/events?action=account.expired")).Expect(200).Json.GetProperty("items");
        Assert.Equal(bob, Text(Assert.Single(told.EnumerateArray()), "connected_account_id"));
    }

    private static async Task AssertRevokedUpstreamAsync(EmulatedWorld world, string account, IReadOnlyList<string> tokens)
    {
        var revoked = (await world.AccountAsync(account, "revoke")).Expect(200).Json;
        Assert.Equal("revoked", Text(revoked, "upstream"));
        Assert.Equal(tokens, revoked.GetProperty("revoked_tokens").EnumerateArray().Select(token => token.GetString()!));
        Assert.Equal("REVOKED", await world.StatusAsync(account));
    }

    private async Task AssertReconnectsInPlaceAsync(EmulatedWorld world, string account, string link)
    {
        Assert.Equal("EXPIRED", await world.StatusAsync(account));
        await world.VisitAsync(link, "bob", ct);
        Assert.Equal("ACTIVE", await world.StatusAsync(account));
        var listed = (await world.Project.GetAsync("/api/v3.1/connected_accounts?user_ids=bob")).Expect(200).Json;
        Assert.Equal(account, Text(Assert.Single(listed.GetProperty("items").EnumerateArray()), "id"));
    }

    /// <summary>Sends one and reads it back from the own mailbox.</summary>
    private static async Task<string?> SubjectOfAMailAsync(EmulatedWorld world, string user)
    {
        var mail = new { recipient_email = "carol@example.test", subject = $"From {user}", body = "Hello" };
        var sent = await world.RunAsync("GMAIL_SEND_EMAIL", user, mail);
        return Text(await world.RunAsync("GMAIL_FETCH_MESSAGE_BY_MESSAGE_ID", user, new { message_id = Text(sent, "id") }), "subject");
    }

    private async Task<HttpStatusCode> AskViewerAsync(EmulatedWorld world, CodeFlow flow, string token) =>
        (await flow.PostJsonAsync(new Uri(world.Peer.Linear.BaseUrl, "/graphql"), token, new { query = "{ viewer { email } }" }, ct)).Status;

    private static CodeFlow FlowOf(EmulatedService service) =>
        new(service.AuthorizeUrl, service.TokenUrl, service.ClientId, service.ClientSecret, secretInBody: true);

    private static string? Text(JsonElement data, string name) => data.GetProperty(name).GetString();
}
