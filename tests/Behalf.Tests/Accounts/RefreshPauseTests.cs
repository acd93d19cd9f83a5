using System.Globalization;
using Behalf.Sandbox.Provider;
using Behalf.Storage;
using Behalf.Tests.Support;

namespace Behalf.Tests.Accounts;

/// <summary>A provider that says "too many" to one account has said it to the app: all of its refreshes wait.</summary>
public sealed class RefreshPauseTests
{
    private const int Accounts = 50;

    /// <summary>The sweep takes as many at once.</summary>
    private const int Workers = 16;

    private static readonly TimeSpan Due = TimeSpan.FromSeconds(3400);

    [Theory, OnBothEngines]
    public async Task Of_fifty_accounts_that_are_due_one_asks_in_each_pause_and_all_are_renewed_after_the_last(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        await ConnectAsync(world, Accounts);
        var claims = await ClaimsAsync(world);
        world.Provider.Faults.Add(Step.Refresh, FaultKind.Status429, count: 1000, retryAfter: 60);
        await world.Server.Clock.AdvanceAsync(Due);
        await Eventually.HoldsAsync(() => NothingIsDueAsync(world));
        Assert.Equal(1, Asked(world));

        // Most were put off together, unclaimed; and not to one moment.
        Assert.InRange(await ClaimsAsync(world) - claims, 1, Workers);
        Assert.InRange(await NumberAsync(world, "select max(due_at) - min(due_at) from account_refresh"), 30_000, 62_000);
        for (var pause = 2; pause <= 4; pause++)
        {
            await world.Server.Clock.AdvanceAsync(TimeSpan.FromSeconds(122));
            await Eventually.HoldsAsync(async () => Asked(world) == pause && await NothingIsDueAsync(world));
        }

        Assert.Equal((4, 0), (Asked(world), world.Provider.Ledger.Refreshes));
        world.Provider.Faults.Clear();
        await world.Server.Clock.AdvanceAsync(TimeSpan.FromSeconds(122));
        await Eventually.HoldsAsync(() => world.Provider.Ledger.Refreshes == Accounts);
        await Eventually.HoldsAsync(() => NothingIsDueAsync(world));
        Assert.Equal((4 + Accounts, 1), (Asked(world), world.Provider.Ledger.MaxParallelRefreshes));
        Assert.Equal(Accounts, await NumberAsync(world, "select count(*) from account where status = 2"));
        Assert.Equal(0, world.Provider.Ledger.ReuseRevocations);
    }

    [Theory, OnBothEngines]
    public async Task A_call_uses_what_is_still_good_and_else_is_told_when_to_come_back(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var (alice, bob) = (await world.ConnectAsync("user_1", "alice"), await world.ConnectAsync("user_2", "bob"));
        world.Provider.Faults.Add(Step.Refresh, FaultKind.Status503, count: 1000, retryAfter: 600);

        // Less than half a minute is left, which is when a call renews first.
        await world.Server.Clock.AdvanceAsync(TimeSpan.FromSeconds(3572));
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200);
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_2")).Expect(200);
        Assert.Equal(1, Asked(world));

        await world.Server.Clock.AdvanceAsync(TimeSpan.FromSeconds(60));
        Answer[] refused =
        [
            await world.ExecuteAsync("SANDBOX_GET_ME", "user_1"),
            await world.ExecuteAsync("SANDBOX_GET_ME", "user_2"),
            await world.Project.PostAsync("/api/v3.1/tools/execute/proxy", new { connected_account_id = bob, endpoint = "/api/me", method = "GET" }),
            await world.Project.PostAsync($"/api/v3.1/connected_accounts/{alice}/refresh"),
        ];
        foreach (var answer in refused)
        {
            Assert.Equal("ActionExecute_ProviderBusy", answer.Expect(503).Slug);
            Assert.InRange(int.Parse(answer.Headers["Retry-After"], CultureInfo.InvariantCulture), 1, 541);
        }

        Assert.Equal(1, Asked(world));
        Assert.Equal(("ACTIVE", "ACTIVE"), (await world.StatusAsync(alice), await world.StatusAsync(bob)));
        world.Provider.Faults.Clear();
        await world.Server.Clock.AdvanceAsync(TimeSpan.FromSeconds(600));
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200);
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_2")).Expect(200);
    }

    [Fact]
    public async Task A_second_node_finds_the_accounts_put_off_and_has_one_call_ask()
    {
        await using var world = await World.CreateAsync("postgres");
        await ConnectAsync(world, 20);
        world.Provider.Faults.Add(Step.Refresh, FaultKind.Status429, count: 1000, retryAfter: 600);
        await world.Server.Clock.AdvanceAsync(Due);
        await Eventually.HoldsAsync(() => NothingIsDueAsync(world));
        Assert.Equal(1, Asked(world));

        await using var other = await world.StartNodeAsync();
        using var there = other.Client(world.Project.Key);
        await other.Clock.AdvanceAsync(Due + TimeSpan.FromSeconds(300));
        await world.Server.Clock.AdvanceAsync(TimeSpan.FromSeconds(300));
        for (var i = 0; i < 20; i++)
        {
            (await world.ExecuteAsync("SANDBOX_GET_ME", $"user_{i}", with: there)).Expect(503);
        }

        Assert.Equal(2, Asked(world));
    }

    [Theory, OnBothEngines]
    public async Task An_account_whose_last_answer_is_lost_is_not_lost_to_a_pause_while_its_grace_runs(string engine)
    {
        await using var world = await World.CreateAsync(engine, new ProviderModes { Rotation = Rotation.Grace });
        await ConnectAsync(world, 2);
        await world.Server.Database.WriteAsync(
            RowScope.System, s => s.ExecuteAsync("update account_refresh set rot_policy = 1, grace_ms = 60000", null), CancellationToken.None);
        world.Provider.Faults.Add(Step.Refresh, FaultKind.RstAfter);
        world.Provider.Faults.Add(Step.Refresh, FaultKind.Status429, count: 2, retryAfter: 600);
        await world.Server.Clock.AdvanceAsync(Due);
        await Eventually.HoldsAsync(() => world.Provider.Ledger.Refreshes >= 1 && Asked(world) >= 2);
        for (var tries = 0; tries < 5; tries++)
        {
            // Half a lease of twenty seconds.
            await world.Server.Clock.AdvanceAsync(TimeSpan.FromSeconds(10));
            await Eventually.HoldsAsync(() => NothingIsDueAsync(world, "due_at <= behalf_now()"));
        }

        await Eventually.HoldsAsync(() => NothingIsDueAsync(world, "intent_at is not null"));
        Assert.Equal(2, await NumberAsync(world, "select count(*) from account where status = 2"));
    }

    private static async Task ConnectAsync(World world, int accounts)
    {
        for (var i = 0; i < accounts; i++)
        {
            world.Provider.Users.Create($"user_{i}", $"user_{i}");
            await world.ConnectAsync($"user_{i}");
        }
    }

    private static int Asked(World world) => world.Provider.Ledger.Requests.Count(r => r.Step == Step.Refresh);

    private static async Task<bool> NothingIsDueAsync(World world, string due = "due_at <= behalf_now() or intent_at is not null") =>
        await NumberAsync(world, $"select count(*) from account_refresh where {due}") == 0;

    private static Task<long> ClaimsAsync(World world) => NumberAsync(world, "select sum(epoch) from account_refresh");

    private static Task<long> NumberAsync(World world, string sql) =>
        world.Server.Database.FindAsync<long>(RowScope.System, sql, null, CancellationToken.None);
}
