using Behalf.Tests.Support;

namespace Behalf.Tests.Security;

/// <summary>Two nodes on one PostgreSQL: what one has been told, the other keeps to at once. No node remembers a permission.</summary>
public sealed class TwoNodesTests
{
    [Fact]
    public async Task A23_what_is_revoked_or_switched_off_on_one_node_stops_on_the_other_with_the_next_call()
    {
        await using var world = await World.CreateAsync("postgres");
        await using var other = await world.StartNodeAsync();
        using var there = other.Client(world.Project.Key);
        var alice = await world.ConnectAsync("user_1", "alice");
        var bob = await world.ConnectAsync("user_2", "bob");
        using var agent = await world.UserKeyAsync("user_1");
        using var agentThere = other.Client(agent.Key);
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1", with: there)).Expect(200);
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1", with: agentThere)).Expect(200);

        var key = (await world.Project.GetAsync("/api/v3.1/user_keys?user_id=user_1")).Expect(200).Json
            .GetProperty("items").EnumerateArray().Single().GetProperty("id").GetString();
        (await world.Project.DeleteAsync($"/api/v3.1/user_keys/{key}")).Expect(200);
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1", with: agentThere)).Expect(401);

        (await world.Project.PatchAsync($"/api/v3.1/connected_accounts/{bob}/status", new { enabled = false })).Expect(200);
        Assert.Equal("ActionExecute_ConnectedAccountDisabled", (await world.ExecuteAsync("SANDBOX_GET_ME", "user_2", with: there)).Expect(400).Slug);

        (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{alice}/revoke")).Expect(200);
        Assert.Equal("ActionExecute_ConnectedAccountExpired", (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1", with: there)).Expect(400).Slug);

        (await world.Project.PatchAsync($"/api/v3.1/auth_configs/{world.AuthConfig}/DISABLED")).Expect(200);
        (await there.PostAsync("/api/v3.1/connected_accounts/link", new { auth_config_id = world.AuthConfig, user_id = "user_3" })).Expect(409);
    }

    [Fact]
    public async Task A_link_that_one_node_gave_out_is_finished_on_the_other()
    {
        await using var world = await World.CreateAsync("postgres");
        await using var other = await world.StartNodeAsync();
        var (url, account) = await world.LinkAsync("user_1");
        using var browser = new TestBrowser();
        var callback = await browser.ConsentAsync(await browser.ContinueAsync(url), "alice");
        var page = await browser.OpenAsync(new UriBuilder(callback) { Port = other.Url.Port }.Uri);
        Assert.Equal("connected", page.Reason);
        Assert.Equal("ACTIVE", await world.StatusAsync(account));
    }
}
