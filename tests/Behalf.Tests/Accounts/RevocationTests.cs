using Behalf.Sandbox.Provider;
using Behalf.Tests.Support;

namespace Behalf.Tests.Accounts;

/// <summary>Ends: here at once on every node, at the provider as soon as it answers, and never for anybody else.</summary>
public sealed class RevocationTests
{
    [Theory, OnBothEngines]
    public async Task A_revoked_account_stops_at_once_is_taken_back_upstream_and_leaves_others_alone(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var alice = await world.ConnectAsync("user_1", "alice");
        await world.ConnectAsync("user_2", "bob");
        var revoked = (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{alice}/revoke", new { })).Expect(200).Json;
        Assert.Equal("revoked", revoked.GetProperty("upstream").GetString());
        Assert.Equal(["refresh_token"], revoked.GetProperty("revoked_tokens").EnumerateArray().Select(t => t.GetString()));
        Assert.Equal("REVOKED", await world.StatusAsync(alice));
        Assert.Equal("ActionExecute_ConnectedAccountExpired", (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(400).Slug);
        Assert.Empty(world.Provider.Ledger.LiveFamiliesOf("alice"));
        Assert.Single(world.Provider.Ledger.LiveFamiliesOf("bob"));
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_2")).Expect(200);

        // Again is no error, and there is nothing left to take back.
        var again = (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{alice}/revoke", new { })).Expect(200).Json;
        Assert.Equal(0, again.GetProperty("revoked_tokens").GetArrayLength());
    }

    [Theory, OnBothEngines]
    public async Task A_revocation_that_the_provider_misses_is_repeated_until_it_is_heard(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var alice = await world.ConnectAsync("user_1", "alice");
        world.Provider.Faults.Add(Step.Revoke, FaultKind.Status503, 2);
        var revoked = (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{alice}/revoke", new { })).Expect(200).Json;
        Assert.Equal("queued", revoked.GetProperty("upstream").GetString());
        Assert.Single(world.Provider.Ledger.LiveFamiliesOf("alice"));
        for (var i = 0; i < 100 && world.Provider.Ledger.LiveFamiliesOf("alice").Count > 0; i++)
        {
            await world.Server.Clock.AdvanceAsync(TimeSpan.FromSeconds(30));
            await Task.Delay(100);
        }

        Assert.Empty(world.Provider.Ledger.LiveFamiliesOf("alice"));
    }

    [Theory, OnBothEngines]
    public async Task A_deleted_account_is_gone_with_its_secrets_and_revoked_upstream_by_default(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var alice = await world.ConnectAsync("user_1", "alice");
        var kept = await world.ConnectAsync("user_2", "bob");
        (await world.Project.DeleteAsync($"/api/v3.1/connected_accounts/{alice}")).Expect(200);
        (await world.Project.DeleteAsync($"/api/v3.1/connected_accounts/{kept}?revoke_on_delete=false")).Expect(200);
        Assert.Empty(world.Provider.Ledger.LiveFamiliesOf("alice"));
        Assert.Single(world.Provider.Ledger.LiveFamiliesOf("bob"));
        (await world.Project.GetAsync($"/api/v3.1/connected_accounts/{alice}")).Expect(404);
        (await world.Project.DeleteAsync($"/api/v3.1/connected_accounts/{alice}")).Expect(404);
        Assert.Equal(0, await world.Server.Database.FindAsync<int>(
            Behalf.Storage.RowScope.System, "select count(*) from secret where kind = 1", null, CancellationToken.None));
    }

    [Theory, OnBothEngines]
    public async Task A_deleted_user_takes_accounts_and_keys_along_and_nobody_else(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        await world.ConnectAsync("user_1", "alice");
        await world.ConnectAsync("user_2", "bob");
        using var agent = await world.UserKeyAsync("user_1");
        var gone = (await world.Project.DeleteAsync("/api/v3.1/users/user_1")).Expect(200).Json;
        Assert.Equal(1, gone.GetProperty("deleted_connected_accounts").GetInt32());
        (await agent.GetAsync("/api/v3.1/connected_accounts")).Expect(401);
        Assert.Empty(world.Provider.Ledger.LiveFamiliesOf("alice"));
        var users = (await world.Project.GetAsync("/api/v3.1/users")).Expect(200).Json.GetProperty("items");
        Assert.Equal("user_2", Assert.Single(users.EnumerateArray()).GetProperty("user_id").GetString());
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_2")).Expect(200);
        (await world.Project.DeleteAsync("/api/v3.1/users/user_1")).Expect(404);
    }

    [Theory, OnBothEngines]
    public async Task A_deleted_project_leaves_no_row_but_its_trail(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        await world.ConnectAsync("user_1", "alice");
        var id = (await world.Project.GetAsync("/api/v3.1/project")).Json.GetProperty("id").GetString();
        using var admin = world.Server.Client(world.Server.AdminKey);
        (await admin.DeleteAsync($"/api/v3.1/org/owner/project/{id}")).Expect(200);
        (await world.Project.GetAsync("/api/v3.1/project")).Expect(401);
        Assert.Empty(world.Provider.Ledger.LiveFamiliesOf("alice"));
        foreach (var table in new[] { "project", "api_key", "app_user", "account", "account_refresh", "auth_config", "secret", "data_key", "project_key", "flow", "outbox", "locator" })
        {
            Assert.Equal(0, await world.Server.Database.FindAsync<int>(
                Behalf.Storage.RowScope.System, $"select count(*) from {table}", null, CancellationToken.None));
        }

        Assert.NotEqual(0, await world.Server.Database.FindAsync<int>(
            Behalf.Storage.RowScope.System, "select count(*) from audit_event", null, CancellationToken.None));
    }

    [Theory]
    [InlineData("sqlite", 0)]
    [InlineData("postgres", 0)]
    [InlineData("sqlite", 3)]
    [InlineData("postgres", 3)]
    public async Task A_refresh_under_way_cannot_bring_a_revoked_account_back_and_its_token_is_given_back(string engine, int missed)
    {
        await using var world = await World.CreateAsync(engine, new ProviderModes { AccessTokenLifetimeS = 20 });
        var alice = await world.ConnectAsync("user_1", "alice");
        world.Provider.Modes = world.Provider.Modes with { TokenLatencyMs = 1500 };
        var refreshing = world.Project.PostAsync($"/api/v3.1/connected_accounts/{alice}/refresh", new { });
        while (!world.Provider.Ledger.Requests.Any(r => r.Step == Step.Refresh))
        {
            await Task.Delay(20);
        }

        if (missed > 0)
        {
            world.Provider.Faults.Add(Step.Revoke, FaultKind.Status503, missed);
        }

        (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{alice}/revoke", new { })).Expect(200);
        await refreshing;
        Assert.Equal("REVOKED", await world.StatusAsync(alice));
        for (var i = 0; i < 100 && world.Provider.Ledger.LiveFamiliesOf("alice").Count > 0; i++)
        {
            await world.Server.Clock.AdvanceAsync(TimeSpan.FromSeconds(30));
            await Task.Delay(100);
        }

        Assert.Empty(world.Provider.Ledger.LiveFamiliesOf("alice"));
    }

    [Theory, OnBothEngines]
    public async Task An_account_can_be_switched_off_and_on(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var alice = await world.ConnectAsync("user_1", "alice");
        (await world.Project.PatchAsync($"/api/v3.1/connected_accounts/{alice}/status", new { enabled = false })).Expect(200);
        Assert.Equal("INACTIVE", await world.StatusAsync(alice));
        Assert.Equal("ActionExecute_ConnectedAccountDisabled", (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(400).Slug);
        (await world.Project.PatchAsync($"/api/v3.1/connected_accounts/{alice}/status", new { enabled = true })).Expect(200);
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200);
    }
}
