using System.Collections.Concurrent;
using System.Diagnostics;
using Behalf.Sandbox.Provider;
using Behalf.Tests.Support;

namespace Behalf.Tests.Chaos;

/// <summary>The database crashes and freezes while strictly rotated tokens are on their way into it: what was won is held until it
/// is back.</summary>
public sealed class DatabaseOutageTests
{
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestRecovery = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_database_that_crashes_or_freezes_costs_no_account_with_strict_rotation_either()
    {
        var cluster = await PostgresCluster.StartOwnAsync();
        try
        {
            await RunAsync(cluster);
        }
        finally
        {
            cluster.Stop();
        }
    }

    private static async Task RunAsync(PostgresCluster cluster)
    {
        await using var crash = await CrashWorld.CreateAsync(
            "postgres", "strict", new ProviderModes { TokenLatencyMs = 60 }, await cluster.CreateDatabaseAsync());
        var accounts = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            accounts.Add(await crash.ConnectAsync($"user_{i}"));
        }

        var answers = new ConcurrentQueue<(int Status, TimeSpan Took)>();
        await using (Load.Start(4, async call =>
        {
            await crash.World.Project.PostAsync($"/api/v3.1/connected_accounts/{accounts[call % accounts.Count]}/refresh");
            return null;
        }))
        await using (Load.Start(2, async call =>
        {
            var began = Stopwatch.GetTimestamp();
            var answer = await crash.World.ExecuteAsync("SANDBOX_GET_ME", $"user_{call % accounts.Count}");
            answers.Enqueue((answer.Status, Stopwatch.GetElapsedTime(began)));
            return null;
        }))
        {
            for (var i = 0; i < ChaosSize.Of(2, 30, 60); i++)
            {
                await Task.Delay(700);
                cluster.Crash();
                await RecoveredAsync(answers);
            }

            for (var i = 0; i < ChaosSize.Of(1, 10, 10); i++)
            {
                cluster.Signal("STOP");
                await Task.Delay(TimeSpan.FromSeconds(ChaosSize.Of(3, 8, 20)));
                cluster.Signal("CONT");
                await RecoveredAsync(answers);
            }
        }

        Assert.InRange(answers.Max(one => one.Took), TimeSpan.Zero, ChaosSize.IsShort ? LongestAnswer : 2 * LongestAnswer);
        Assert.True(crash.World.Provider.Ledger.Refreshes > accounts.Count, "Too little was refreshed.");
        Assert.Contains(answers, one => one.Status == 503);
        await crash.World.Server.Clock.AdvanceAsync(TimeSpan.FromHours(1));
        await crash.ResolvedAsync();
        Assert.Equal(0, crash.World.Provider.Ledger.ReuseRevocations);
        foreach (var account in accounts)
        {
            (await crash.World.Project.PostAsync($"/api/v3.1/connected_accounts/{account}/refresh")).Expect(200);
        }

        await Invariants.HoldAsync(crash);
    }

    private static async Task RecoveredAsync(ConcurrentQueue<(int Status, TimeSpan Took)> answers)
    {
        var began = Stopwatch.GetTimestamp();
        var before = answers.Count(one => one.Status == 200);
        await Eventually.HoldsAsync(() => answers.Count(one => one.Status == 200) > before);
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, LongestRecovery);
    }
}
