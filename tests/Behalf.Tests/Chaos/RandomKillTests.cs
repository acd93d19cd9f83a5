using Behalf.Sandbox.Provider;
using Behalf.Tests.Support;

namespace Behalf.Tests.Chaos;

/// <summary>Nodes are killed at any moment, again and again, while their accounts are refreshed: none is lost where a grace is left,
/// and with strict rotation each loss is told in time.</summary>
public sealed class RandomKillTests
{
    private const int Accounts = 20;

    [Theory]
    [InlineData("postgres", "grace")]
    [InlineData("sqlite", "grace")]
    [InlineData("sqlite", "strict")]
    public async Task Nodes_that_are_killed_at_random_lose_no_account_that_has_a_grace_and_tell_each_loss_of_another(string engine, string rotation)
    {
        // The embedded database has one node: where that is down, the grace must last until it is up again.
        var alone = engine == "sqlite";
        await using var crash = await CrashWorld.CreateAsync(
            engine, rotation, new ProviderModes { GraceMs = alone ? 600_000 : 15_000, TokenLatencyMs = 30 });
        var accounts = new List<string>();
        for (var i = 0; i < Accounts; i++)
        {
            accounts.Add(await crash.ConnectAsync($"user_{i}"));
        }

        await crash.ShortenGraceAsync();
        var settings = alone ? crash.World.Settings : await crash.ElsewhereAsync();
        if (alone)
        {
            await crash.StopServerAsync();
        }

        // With strict rotation each kill costs some accounts.
        var kills = rotation == "strict" ? 2 : alone ? ChaosSize.Of(2, 60, 300) : ChaosSize.Of(4, 60, 300);
        await KillAsync(crash, settings, accounts, kills);
        if (alone)
        {
            await crash.World.StartServerAsync();
        }

        // The node in this process takes up what the dead ones left; with another one at work, as it did all along.
        await crash.SettleAsync();
        var ledger = crash.World.Provider.Ledger;
        var lost = await crash.CountAsync("select count(*) from account where status <> 2");
        Assert.Equal(ledger.ReuseRevocations, lost);
        Assert.True(lost == 0 || rotation == "strict", $"{lost} accounts were lost.");
        Assert.Equal(0, await crash.CountAsync("select count(*) from account_refresh where intent_at is not null"));
        await Invariants.HoldAsync(crash);
    }

    private static async Task KillAsync(CrashWorld crash, Dictionary<string, string> settings, List<string> accounts, int kills)
    {
        var unanswered = 0;
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
        Assert.True(crash.World.Provider.Ledger.Refreshes >= 6 * kills, "Too little was refreshed.");
    }
}
