using Behalf.Tests.Support;

namespace Behalf.Tests.Broker;

/// <summary>The main job: two users, one agent, two credentials.</summary>
public sealed class ExecuteTests
{
    [Theory, OnBothEngines]
    public async Task The_same_call_runs_for_each_user_with_that_users_own_credential(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        await world.ConnectAsync("user_1", "alice");
        await world.ConnectAsync("user_2", "bob");
        var first = (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200).Json;
        var second = (await world.ExecuteAsync("sandbox_get_me", "user_2")).Expect(200).Json;
        Assert.True(first.GetProperty("successful").GetBoolean(), first.ToString());
        Assert.Equal("alice", first.GetProperty("data").GetProperty("id").GetString());
        Assert.Equal("bob", second.GetProperty("data").GetProperty("id").GetString());
        var calls = world.Provider.Ledger.Requests.Where(r => r.Path == "/api/me" && r.Fingerprint is not null).ToList();
        Assert.Equal(2, calls.Where(c => c.User is "alice").Concat(calls.Where(c => c.User is "bob")).Select(c => c.Fingerprint).Distinct().Count());
    }

    [Theory, OnBothEngines]
    public async Task A_user_key_with_another_users_id_is_refused_by_protocol(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var alices = await world.ConnectAsync("user_1", "alice");
        var bobs = await world.ConnectAsync("user_2", "bob");
        using var agent = await world.UserKeyAsync("user_1");
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1", with: agent)).Expect(200);
        var before = world.Provider.Ledger.Requests.Count;
        var foreign = (await world.ExecuteAsync("SANDBOX_GET_ME", "user_2", with: agent)).Expect(403);
        var byId = (await agent.PostAsync("/api/v3.1/tools/execute/SANDBOX_GET_ME", new { connected_account_id = bobs })).Expect(403);
        var unknown = (await agent.PostAsync("/api/v3.1/tools/execute/SANDBOX_GET_ME", new { connected_account_id = "ca_0000000000000000000001" })).Expect(403);
        Assert.Equal(byId.Comparable, unknown.Comparable);
        Assert.Equal(foreign.Comparable, unknown.Comparable);
        Assert.Equal((await agent.GetAsync($"/api/v3.1/connected_accounts/{bobs}")).Comparable, (await agent.GetAsync("/api/v3.1/connected_accounts/nonsense")).Comparable);
        (await agent.GetAsync($"/api/v3.1/connected_accounts/{alices}")).Expect(200);
        Assert.Equal(before, world.Provider.Ledger.Requests.Count);
    }

    [Theory, OnBothEngines]
    public async Task A_tool_of_a_user_who_has_not_connected_is_refused_with_the_link_that_fixes_it(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var refused = (await world.ExecuteAsync("SANDBOX_GET_ME", "carol")).Expect(400);
        Assert.Equal(1803, refused.Json.GetProperty("error").GetProperty("code").GetInt32());
        Assert.Equal("ActionExecute_ConnectedAccountNotFound", refused.Slug);
        Assert.Equal("false", refused.Headers["x-should-retry"]);
        var message = refused.Json.GetProperty("error").GetProperty("message").GetString()!;
        using var browser = new TestBrowser();
        await browser.ConnectAsync(message[message.IndexOf("http", StringComparison.Ordinal)..], "carol");
        Assert.Equal("carol", (await world.ExecuteAsync("SANDBOX_GET_ME", "carol")).Expect(200).Json.GetProperty("data").GetProperty("id").GetString());
    }

    [Theory, OnBothEngines]
    public async Task Arguments_that_do_not_fit_never_reach_the_provider_and_the_error_names_them(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        await world.ConnectAsync("user_1", "alice");
        var before = world.Provider.Ledger.Requests.Count;
        var answer = (await world.ExecuteAsync("SANDBOX_SEND_MAIL", "user_1", new { subject = 5 })).Expect(200).Json;
        Assert.False(answer.GetProperty("successful").GetBoolean());
        Assert.Contains("subject", answer.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Contains("to is missing", answer.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(before, world.Provider.Ledger.Requests.Count);
    }

    [Theory, OnBothEngines]
    public async Task An_answer_never_carries_the_credential_it_was_won_with(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        await world.ConnectAsync("user_1", "alice");
        var answer = (await world.ExecuteAsync("SANDBOX_ECHO", "user_1")).Expect(200);
        Assert.Contains("[redacted]", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("cnry_", answer.Text, StringComparison.Ordinal);
        Assert.Contains(world.Provider.Ledger.Requests, r => r.Headers.Any(h => h.Value.Contains("cnry_", StringComparison.Ordinal)));
    }

    [Theory, OnBothEngines]
    public async Task A_second_account_of_the_same_user_is_chosen_by_its_alias(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        await world.ConnectAsync("user_1", "alice", new { alias = "personal" });
        await world.ConnectAsync("user_1", "carol", new { alias = "work" });
        async Task<string?> WhoAsync(object body) => (await world.Project.PostAsync("/api/v3.1/tools/execute/SANDBOX_GET_ME", body))
            .Expect(200).Json.GetProperty("data").GetProperty("id").GetString();
        Assert.Equal("alice", await WhoAsync(new { user_id = "user_1", alias = "personal" }));
        Assert.Equal("carol", await WhoAsync(new { user_id = "user_1", alias = "work" }));
        Assert.Equal("carol", await WhoAsync(new { user_id = "user_1" }));
    }

    [Theory, OnBothEngines]
    public async Task An_expired_access_token_is_renewed_before_use(string engine)
    {
        await using var world = await World.CreateAsync(engine, new Behalf.Sandbox.Provider.ProviderModes { AccessTokenLifetimeS = 20 });
        await world.ConnectAsync("user_1", "alice");
        await world.Server.Clock.AdvanceAsync(TimeSpan.FromSeconds(25));
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200);
        Assert.Equal(1, world.Provider.Ledger.Refreshes);
    }

    [Theory, OnBothEngines]
    public async Task A_token_that_the_provider_refuses_is_renewed_once_and_the_call_repeated(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        await world.ConnectAsync("user_1", "alice");
        world.Provider.ExpireAccess("alice");
        var answer = (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200).Json;
        Assert.True(answer.GetProperty("successful").GetBoolean(), answer.ToString());
        Assert.Equal(1, world.Provider.Ledger.Refreshes);
    }

    [Theory, OnBothEngines]
    public async Task An_account_revoked_at_the_provider_expires_on_the_next_call_with_a_link(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var account = await world.ConnectAsync("user_1", "alice");
        await world.ConnectAsync("user_2", "bob");
        world.Provider.RevokeUser("alice");
        var refused = (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(400);
        Assert.Equal("ActionExecute_ConnectedAccountExpired", refused.Slug);
        Assert.Equal("EXPIRED", await world.StatusAsync(account));
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_2")).Expect(200);
    }
}
