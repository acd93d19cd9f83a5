using Behalf.Tests.Support;

namespace Behalf.Tests.Security;

/// <summary>A32 and around it: a link that is out does not undo what the project has decided since, nor put somebody else's
/// account in the place of the one that was there.</summary>
public sealed class ReconnectAttackTests
{
    [Theory, OnBothEngines]
    public async Task A_link_that_was_out_does_not_switch_on_what_was_switched_off(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var account = await world.ConnectAsync("user_1", "alice");
        var link = (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{account}/refresh", new { scopes = new[] { "mail.read" } }))
            .Expect(200).Json.GetProperty("redirect_url").GetString()!;
        (await world.Project.PatchAsync($"/api/v3.1/connected_accounts/{account}/status", new { enabled = false })).Expect(200);
        using var browser = new TestBrowser();
        Assert.Equal("already_used", (await browser.ConnectAsync(link, "alice")).Reason);
        Assert.Equal("INACTIVE", await world.StatusAsync(account));
        Assert.Equal("ActionExecute_ConnectedAccountDisabled", (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{account}/refresh", new { })).Expect(400).Slug);

        // What was won on the way was given back; the account's own credential is as it was.
        for (var i = 0; i < 100 && world.Provider.Ledger.LiveFamiliesOf("alice").Count > 1; i++)
        {
            await Task.Delay(100);
        }

        Assert.Single(world.Provider.Ledger.LiveFamiliesOf("alice"));
        (await world.Project.PatchAsync($"/api/v3.1/connected_accounts/{account}/status", new { enabled = true })).Expect(200);
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200);
    }

    /// <summary>A provider that does not say whose a credential is, just now or to whoever asks for less, proves nothing.</summary>
    [Theory, OnBothEngines]
    public async Task A_credential_of_nobody_known_does_not_replace_that_of_a_known_person(string engine)
    {
        await using var world = await KeyedWorld.CreateAsync(engine);
        var account = (await world.ConnectAsync("2")).Expect(201).Json.GetProperty("id").GetString();
        world.Answer(401, "{}");
        var link = (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{account}/refresh", new { }))
            .Expect(200).Json.GetProperty("redirect_url").GetString()!;
        world.Answer(403, "{}");
        using var browser = new TestBrowser();
        var page = await browser.SubmitAsync(link, "", ("generic_api_key", "cnry_key_of_somebody_else"), ("node", "2"));
        Assert.Equal((409, "subject_changed"), (page.Status, page.Reason));
        world.Answer(200, """{"id":"alice"}""");
        (await world.ExecuteAsync()).Expect(200);
        Assert.Contains(KeyedWorld.Key, world.Provider.Requests.Last(), StringComparison.Ordinal);
    }
}
