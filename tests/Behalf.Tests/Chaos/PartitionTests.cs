using System.Collections.Concurrent;
using Behalf.Tests.Support;

namespace Behalf.Tests.Chaos;

/// <summary>One of two nodes loses its database, or its provider, in six ways; the other goes on.</summary>
public sealed class PartitionTests
{
    private const int Accounts = 6;

    public static TheoryData<bool> Ends => [true, false];

    [Theory, MemberData(nameof(Ends))]
    public async Task A_node_that_is_cut_off_harms_neither_the_accounts_nor_the_other_node(bool fromDatabase)
    {
        await using var crash = await CrashWorld.CreateAsync("postgres", "grace");
        var accounts = await Task.WhenAll(Enumerable.Range(0, Accounts).Select(i => crash.ConnectAsync($"user_{i}")));
        crash.ProviderWasCutOff = !fromDatabase;
        await using var proxy = ChaosProxy.To(new Uri(fromDatabase ? crash.World.Server.DatabaseAddress : crash.World.Provider.BaseUrl).Port);
        await using var node = await ServerProcess.StartAsync(
            await crash.ElsewhereAsync(database: fromDatabase ? proxy.Port : null, provider: fromDatabase ? null : proxy.Port));
        var there = crash.Client(node.Url);
        var good = new ConcurrentBag<bool>();
        await using (var here = Load.Start(2, async call => Note(good, await crash.World.ExecuteAsync("SANDBOX_GET_ME", $"user_{call % Accounts}"))))
        await using (Load.Start(1, async call => await RefreshAsync(crash.World.Project, accounts[call % Accounts])))
        await using (Load.Start(1, async call => await RefreshAsync(there, accounts[call % Accounts])))
        await using (Load.Start(2, async call => await WriteAsync(crash, there, call)))
        {
            foreach (var weather in Enumerable.Repeat(Enum.GetValues<Weather>().Except([Weather.Pass]), ChaosSize.Of(1, 20, 40)).SelectMany(all => all))
            {
                var struck = proxy.Struck;
                proxy.Weather = weather;
                await Task.Delay(1500);
                await Eventually.HoldsAsync(() => proxy.Struck > struck);
                proxy.Weather = Weather.Pass;
                await Eventually.HoldsAsync(async () => (await crash.World.ExecuteAsync("SANDBOX_GET_ME", "user_0", with: there)).Status == 200);
            }
        }

        Assert.True(good.Count(one => one) > 20 && good.Count(one => one) >= 0.95 * good.Count, $"{good.Count(one => one)} of {good.Count} on the other node.");
        Assert.True(crash.World.Provider.Ledger.Refreshes > Accounts, "Too little was refreshed.");
        await crash.World.Server.Clock.AdvanceAsync(TimeSpan.FromSeconds(91));
        await crash.ResolvedAsync();
        Assert.Equal(0, await crash.CountAsync("select count(*) from account where status <> 2"));
        crash.Said.Add(await node.SaidAsync());
        await Invariants.HoldAsync(crash);
    }

    private static async Task<string?> RefreshAsync(TestClient client, string account)
    {
        await client.PostAsync($"/api/v3.1/connected_accounts/{account}/refresh");
        return null;
    }

    private static async Task<string?> WriteAsync(CrashWorld crash, TestClient client, int call)
    {
        await crash.World.ExecuteAsync("SANDBOX_CREATE_ISSUE", $"user_{call % Accounts}", new { title = $"Issue {call}" }, client);
        return null;
    }

    private static string? Note(ConcurrentBag<bool> good, Answer answer)
    {
        good.Add(answer.Status == 200 && answer.Json.GetProperty("successful").GetBoolean());
        return null;
    }
}
