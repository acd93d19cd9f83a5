using Behalf.Sandbox.Provider;
using Behalf.Tests.Support;

namespace Behalf.Tests.Chaos;

/// <summary>Nodes are killed at any moment, again and again, while their accounts are refreshed: none is lost where a grace is left.</summary>
public sealed class RandomKillTests
{
    private const int Accounts = 20;

    [Fact]
    public async Task Nodes_that_are_killed_at_random_lose_no_account_of_a_provider_with_a_grace()
    {
        await using var crash = await CrashWorld.CreateAsync("postgres", "grace", new ProviderModes { GraceMs = 15_000, TokenLatencyMs = 30 });
        var accounts = new List<string>();
        for (var i = 0; i < Accounts; i++)
        {
            accounts.Add(await crash.ConnectAsync($"user_{i}"));
        }

        await crash.ShortenGraceAsync();
        var settings = await crash.ElsewhereAsync();
        var (kills, unanswered) = (ChaosSize.Of(4, 60, 300), 0);
        for (var kill = 0; kill < kills; kill++)
        {
            await using var node = await ServerProcess.StartAsync(settings);
            var client = crash.Client(node.Url);
            var load = Task.WhenAll(Enumerable.Range(0, 6).Select(async caller =>
            {
                for (var i = caller; ; i += 6)
                {
                    try
                    {
                        await client.PostAsync($"/api/v3.1/connected_accounts/{accounts[i % Accounts]}/refresh");
                    }
                    catch (Exception e) when (CrashWorld.IsUnanswered(e))
                    {
                        Interlocked.Increment(ref unanswered);
                        return;
                    }
                }
            }));
            var enough = crash.World.Provider.Ledger.Refreshes + 6;
            await Eventually.HoldsAsync(() => crash.World.Provider.Ledger.Refreshes >= enough);
            await Task.Delay(Random.Shared.Next(1000));
            await node.KillAsync();
            await load;
        }

        Assert.True(unanswered >= kills, "The kills met no request.");
        Assert.True(crash.World.Provider.Ledger.Refreshes > Accounts, "Too little was refreshed.");

        // The node in this process takes up what the dead ones left, as it did all along.
        await Eventually.HoldsAsync(async () => await crash.CountAsync("select count(*) from account_refresh where intent_at is not null") == 0);
        Assert.Equal(0, await crash.CountAsync("select count(*) from account where status <> 2"));
        Assert.Equal(0, crash.World.Provider.Ledger.ReuseRevocations);
        await Invariants.HoldAsync(crash);
    }
}
