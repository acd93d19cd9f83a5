using Behalf.Tests.Support;

namespace Behalf.Tests.Accounts;

public sealed class ReconnectTests
{
    [Theory, OnBothEngines]
    public async Task A_refresh_renews_in_place_and_the_account_stays_ACTIVE(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var alice = await world.ConnectAsync("user_1", "alice");
        var answer = (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{alice}/refresh", new { })).Expect(200).Json;
        Assert.Equal("ACTIVE", answer.GetProperty("status").GetString());
        Assert.Null(answer.GetProperty("redirect_url").GetString());
        Assert.Equal(1, world.Provider.Ledger.Refreshes);
    }

    [Theory, OnBothEngines]
    public async Task An_expired_account_is_connected_again_under_the_same_id(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var alice = await world.ConnectAsync("user_1", "alice");
        world.Provider.RevokeUser("alice");
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(400);
        var answer = (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{alice}/refresh", new { })).Expect(200).Json;
        Assert.Equal(alice, answer.GetProperty("id").GetString());
        Assert.Equal("EXPIRED", answer.GetProperty("status").GetString());
        using var browser = new TestBrowser();
        Assert.Equal("connected", (await browser.ConnectAsync(answer.GetProperty("redirect_url").GetString()!, "alice")).Reason);
        Assert.Equal("ACTIVE", await world.StatusAsync(alice));
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200);
    }

    [Theory, OnBothEngines]
    public async Task Another_persons_account_on_reconnect_is_refused_and_the_old_credential_kept(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var alice = await world.ConnectAsync("user_1", "alice");
        var link = (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{alice}/refresh", new { scopes = new[] { "mail.read" } }))
            .Expect(200).Json.GetProperty("redirect_url").GetString()!;
        Assert.Equal("ACTIVE", await world.StatusAsync(alice));
        using var browser = new TestBrowser();
        var page = await browser.ConnectAsync(link, "bob");
        Assert.Equal((409, "subject_changed"), (page.Status, page.Reason));
        Assert.Equal("ACTIVE", await world.StatusAsync(alice));
        Assert.Equal("alice", (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200).Json.GetProperty("data").GetProperty("id").GetString());
        Assert.Empty(world.Provider.Ledger.LiveFamiliesOf("bob"));
    }

    [Theory, OnBothEngines]
    public async Task A_scope_that_is_missing_is_asked_for_and_only_then(string engine)
    {
        await using var world = await World.CreateAsync(engine, scopes: "profile,mail.read");
        await world.ConnectAsync("user_1", "alice");
        var refused = (await world.ExecuteAsync("SANDBOX_SEND_MAIL", "user_1", new { to = "bob", subject = "Hi", body = "Hi" })).Expect(400);
        Assert.Equal("ActionExecute_ScopeMissing", refused.Slug);
        var message = refused.Json.GetProperty("error").GetProperty("message").GetString()!;
        using var browser = new TestBrowser();
        var authorize = await browser.ContinueAsync(message[message.IndexOf("http", StringComparison.Ordinal)..]);
        Assert.Contains("mail.send", Uri.UnescapeDataString(authorize.Query), StringComparison.Ordinal);
        await browser.OpenAsync(await browser.ConsentAsync(authorize, "alice"));
        Assert.True((await world.ExecuteAsync("SANDBOX_SEND_MAIL", "user_1", new { to = "bob", subject = "Hi", body = "Hi" }))
            .Expect(200).Json.GetProperty("successful").GetBoolean());
    }

    [Theory, OnBothEngines]
    public async Task A_connection_can_be_tested(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var alice = await world.ConnectAsync("user_1", "alice");
        Assert.Equal("good", (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{alice}/test")).Expect(200).Json.GetProperty("verdict").GetString());
        world.Provider.RevokeUser("alice");
        Assert.Equal("refused", (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{alice}/test")).Expect(200).Json.GetProperty("verdict").GetString());
    }
}
