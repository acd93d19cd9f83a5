using Behalf.Sandbox.Grants;
using Behalf.Sandbox.Provider;
using Behalf.Storage;
using Behalf.Tests.Support;

namespace Behalf.Tests.Accounts;

/// <summary>A provider that rotates strictly has forgotten the old token when it answers. What it answered outlives the
/// process, a database that is away, a stop and a switched-off account.</summary>
public sealed class RefreshSpillTests
{
    [Theory, OnBothEngines]
    public async Task Killed_with_the_answer_in_hand_a_strict_account_is_not_lost(string engine)
    {
        await using var world = await StrictAsync(engine);
        var alice = await ConnectAsync(world);
        await RefreshKillTests.DieAsync(world, alice, RefreshKillTests.Moment.AnsweredAndNotStored, () => SpilledIn(world).Length == 1);
        var file = Assert.Single(SpilledIn(world));
        Assert.DoesNotContain("cnry_", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        await RefreshKillTests.TakeOverAsync(world);
        await AssertGoesOnAsync(world, alice);
        Assert.Empty(SpilledIn(world));
        Assert.Contains("spill", (await world.Project.GetAsync("/api/v3.1/audit/events?action=credential.refreshed")).Text, StringComparison.Ordinal);
    }

    [Theory, OnBothEngines]
    public async Task A_file_that_outlived_its_commit_changes_nothing(string engine)
    {
        await using var world = await StrictAsync(engine);
        var alice = await ConnectAsync(world);
        world.Provider.Modes = world.Provider.Modes with { TokenLatencyMs = 2000 };
        var asking = world.Project.PostAsync($"/api/v3.1/connected_accounts/{alice}/refresh");
        await Eventually.HoldsAsync(() => world.Provider.Ledger.Requests.Any(r => r.Step == Step.Refresh));
        byte[] kept;
        await using (await RefreshKillTests.HoldWritesAsync(world.Server.DatabaseAddress))
        {
            await Eventually.HoldsAsync(() => SpilledIn(world).Length == 1);
            kept = await File.ReadAllBytesAsync(SpilledIn(world)[0]);
        }

        (await asking).Expect(200);
        Assert.Empty(SpilledIn(world));
        world.Provider.Modes = world.Provider.Modes with { TokenLatencyMs = 0 };
        await world.StopServerAsync();
        var folder = Directory.CreateDirectory(Path.Combine(world.Server.Data, "spill")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, alice + ".spill"), kept);
        await world.StartServerAsync();
        Assert.Empty(SpilledIn(world));
        Assert.DoesNotContain(world.Provider.Ledger.Requests, r => r.Step == Step.Revoke);
        await AssertGoesOnAsync(world, alice);
    }

    [Theory, OnBothEngines]
    public async Task A_file_that_cannot_be_brought_in_holds_up_neither_the_others_nor_the_start(string engine)
    {
        await using var world = await StrictAsync(engine);
        var alice = await ConnectAsync(world);
        await world.ConnectAsync("user_2", "bob");
        await world.Server.Database.WriteAsync(
            RowScope.System,
            s => s.ExecuteAsync("update account_refresh set status = 1 where account_id = (select account_id from account where external_user = 'user_2')", null),
            CancellationToken.None);
        var bob = (await world.Project.GetAsync("/api/v3.1/connected_accounts?user_ids=user_2")).Json.GetProperty("items")[0].GetProperty("id").GetString()!;
        await RefreshKillTests.DieAsync(world, alice, RefreshKillTests.Moment.AnsweredAndNotStored, () => SpilledIn(world).Length == 1);

        // Sealed for another place, it does not open there; and since that account is not refreshed any more, it would have to.
        var file = Assert.Single(SpilledIn(world));
        var misplaced = file.Replace(alice, bob, StringComparison.Ordinal);
        await File.WriteAllTextAsync(misplaced, (await File.ReadAllTextAsync(file)).Replace(alice, bob, StringComparison.Ordinal));
        await RefreshKillTests.TakeOverAsync(world);
        Assert.Equal([misplaced], SpilledIn(world));
        Assert.Contains(world.Server.Log.Lines, line => line.Contains(bob, StringComparison.Ordinal) && line.Contains("is left there", StringComparison.Ordinal));
        await AssertGoesOnAsync(world, alice);
    }

    [Theory, OnBothEngines]
    public async Task A_stop_waits_for_a_refresh_whose_caller_hung_up(string engine)
    {
        await using var world = await StrictAsync(engine);
        var alice = await ConnectAsync(world);
        await world.StopServerAsync();
        world.Provider.Modes = world.Provider.Modes with { TokenLatencyMs = 3000 };
        await using (var node = await world.StartProcessAsync())
        {
            using var client = new TestClient(node.Url, world.Project.Key);
            using var impatient = new CancellationTokenSource();
            var asking = client.Http.PostAsync($"/api/v3.1/connected_accounts/{alice}/refresh", null, impatient.Token);
            await Eventually.HoldsAsync(() => world.Provider.Ledger.Requests.Any(r => r.Step == Step.Refresh));
            await impatient.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
            Assert.Equal(0, await node.StopAsync());
        }

        Assert.Equal(1, world.Provider.Ledger.Count(TokenEventKind.Refreshed));
        world.Provider.Modes = world.Provider.Modes with { TokenLatencyMs = 0 };
        await world.StartServerAsync();
        Assert.Equal(0, await world.Server.Database.FindAsync<int>(
            RowScope.System, "select count(*) from account_refresh where intent_at is not null", null, CancellationToken.None));
        await AssertGoesOnAsync(world, alice);
    }

    [Theory, OnBothEngines]
    public async Task An_account_switched_off_during_its_refresh_works_when_it_is_switched_on_again(string engine)
    {
        await using var world = await StrictAsync(engine, new ProviderModes { Rotation = Rotation.Strict, TokenLatencyMs = 2000 });
        var alice = await ConnectAsync(world);
        var asking = world.Project.PostAsync($"/api/v3.1/connected_accounts/{alice}/refresh");
        await Eventually.HoldsAsync(() => world.Provider.Ledger.Requests.Any(r => r.Step == Step.Refresh));
        (await world.Project.PatchAsync($"/api/v3.1/connected_accounts/{alice}/status", new { enabled = false })).Expect(200);
        await asking;
        Assert.Equal("INACTIVE", await world.StatusAsync(alice));
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(400);
        (await world.Project.PatchAsync($"/api/v3.1/connected_accounts/{alice}/status", new { enabled = true })).Expect(200);
        await AssertGoesOnAsync(world, alice);
    }

    [Theory, OnBothEngines]
    public async Task What_was_won_for_the_wrong_account_is_not_given_back_while_somebody_stands_on_its_grant(string engine)
    {
        var toolkits = Directory.CreateTempSubdirectory("behalf-toolkits-");
        var sandbox = toolkits.CreateSubdirectory("sandbox").FullName;
        foreach (var file in Directory.GetFiles(Path.Combine(Repository.Toolkits, "sandbox")))
        {
            await File.WriteAllTextAsync(
                Path.Combine(sandbox, Path.GetFileName(file)),
                (await File.ReadAllTextAsync(file)).Replace("\"reach\": \"token\"", "\"reach\": \"grant\"", StringComparison.Ordinal));
        }

        await using var world = await World.CreateAsync(
            engine,
            new ProviderModes { RevokeReach = RevokeReach.Grant },
            options: new TestServerOptions { Adjust = settings => settings with { Toolkits = toolkits.FullName } });
        var alice = await world.ConnectAsync("user_1", "alice");
        await world.ConnectAsync("user_2", "bob");
        var link = (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{alice}/refresh", new { scopes = new[] { "mail.read" } }))
            .Expect(200).Json.GetProperty("redirect_url").GetString()!;
        using var browser = new TestBrowser();
        Assert.Equal("subject_changed", (await browser.ConnectAsync(link, "bob")).Reason);
        Assert.True((await world.ExecuteAsync("SANDBOX_GET_ME", "user_2")).Expect(200).Json.GetProperty("successful").GetBoolean());
        Assert.Contains("grant_in_use", (await world.Project.GetAsync("/api/v3.1/audit/events?action=credential.orphan_dropped")).Text, StringComparison.Ordinal);
        toolkits.Delete(recursive: true);
    }

    private static Task<World> StrictAsync(string engine, ProviderModes? modes = null) =>
        World.CreateAsync(engine, modes ?? new ProviderModes { Rotation = Rotation.Strict });

    /// <summary>The catalogue says that the sandbox has a grace: the row is told otherwise.</summary>
    private static async Task<string> ConnectAsync(World world)
    {
        var account = await world.ConnectAsync("user_1", "alice");
        await world.Server.Database.WriteAsync(
            RowScope.System, s => s.ExecuteAsync("update account_refresh set rot_policy = 3", null), CancellationToken.None);
        return account;
    }

    private static async Task AssertGoesOnAsync(World world, string account)
    {
        Assert.Equal("ACTIVE", await world.StatusAsync(account));
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200);
        (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{account}/refresh")).Expect(200);
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200);
        Assert.Equal(0, world.Provider.Ledger.ReuseRevocations);
    }

    private static string[] SpilledIn(World world)
    {
        var folder = Path.Combine(world.Server.Data, "spill");
        return Directory.Exists(folder) ? Directory.GetFiles(folder, "*.spill") : [];
    }
}
