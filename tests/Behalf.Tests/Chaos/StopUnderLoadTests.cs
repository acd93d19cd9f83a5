using System.Diagnostics;
using Behalf.Tests.Support;

namespace Behalf.Tests.Chaos;

/// <summary>SIGTERM under load: what was taken is finished, what comes too late is not taken at all.</summary>
public sealed class StopUnderLoadTests
{
    [Theory, OnBothEngines]
    public async Task A_stop_under_load_breaks_no_call_and_leaves_no_refresh_in_doubt(string engine)
    {
        await using var crash = await CrashWorld.CreateAsync(engine, "strict");
        var (world, accounts) = (crash.World, new List<string>());
        for (var i = 0; i < 4; i++)
        {
            accounts.Add(await crash.ConnectAsync($"user_{i}"));
        }

        await world.StopServerAsync();
        world.Provider.Modes = world.Provider.Modes with { TokenLatencyMs = 400, ApiLatencyMs = 100 };
        await using (var node = await ServerProcess.StartAsync(world.Settings))
        {
            await using var load = Load.Start(8, call => ObjectionAsync(world, node.Url, accounts[call % 4], call));
            await Eventually.HoldsAsync(() => world.Provider.Ledger.Refreshes > 4);
            var began = Stopwatch.GetTimestamp();
            Assert.Equal(0, await node.StopAsync());
            Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(30));
            Assert.True(await load.StopAsync() > 16, "Too few calls.");
            Assert.Empty(load.Failures);
            crash.Said.Add(await node.SaidAsync());
        }

        world.Provider.Modes = world.Provider.Modes with { TokenLatencyMs = 0, ApiLatencyMs = 0 };
        await world.StartServerAsync();
        Assert.Equal(0, await crash.CountAsync("select count(*) from account_refresh where intent_at is not null"));
        Assert.Equal(0, await crash.CountAsync("select count(*) from account where status <> 2"));
        Assert.Equal(world.Provider.Ledger.Refreshes, await crash.CountAsync("select count(*) from audit_event where action = 'credential.refreshed'"));
        await Invariants.HoldAsync(crash);
    }

    /// <summary>On a connection of its own. One that is not answered was not begun either: nothing of it is at the provider.</summary>
    private static async Task<string?> ObjectionAsync(World world, Uri url, string account, int call)
    {
        using var client = new TestClient(url, world.Project.Key);
        var title = $"Issue {call}";
        try
        {
            var answer = call % 2 == 0
                ? await client.PostAsync($"/api/v3.1/connected_accounts/{account}/refresh")
                : await client.PostAsync("/api/v3.1/tools/execute/SANDBOX_CREATE_ISSUE", new { connected_account_id = account, user_id = $"user_{call % 4}", arguments = new { title } });
            return answer.Status == 200 || (answer.Status is 502 or 503 && call % 2 == 0) ? null : $"{answer.Status}: {answer.Text}";
        }
        catch (Exception e) when (CrashWorld.IsUnanswered(e))
        {
            await Task.Delay(20);
            return world.Provider.Ledger.Requests.Any(r => r.Path == "/api/issues" && r.Body.Contains($"\"{title}\"", StringComparison.Ordinal)) ? e.ToString() : null;
        }
    }
}
