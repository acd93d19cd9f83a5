using Behalf.Sandbox.Provider;
using Behalf.Tests.Support;

namespace Behalf.Tests.Chaos;

/// <summary>A node that stands still while its lease ends, as after a pause of its machine, and then goes on as if nothing had been.</summary>
public sealed class ZombieTests
{
    /// <summary>The provider takes a replaced token for so long, which makes leases of five seconds.</summary>
    private const int GraceMs = 15_000;

    [Fact]
    public async Task Halted_before_it_sent_a_node_does_not_send_any_more()
    {
        await using var crash = await WorldAsync();
        var account = await crash.ConnectAsync("alice");
        await crash.ShortenGraceAsync();
        await using var node = await HaltAsync(crash, account, "refresh.claimed");
        await TakenOverAsync(crash, refreshes: 1);
        await node.Process.SignalAsync("CONT");
        await node.Asking;
        Assert.Single(crash.World.Provider.Ledger.Requests, r => r.Step == Step.Refresh);
        await Invariants.HoldAsync(crash);
    }

    [Fact]
    public async Task Halted_with_the_answer_in_hand_a_node_neither_stores_it_nor_ends_the_grant_that_another_uses()
    {
        await using var crash = await WorldAsync();
        var account = await crash.ConnectAsync("alice");
        await crash.ShortenGraceAsync();
        await using var node = await HaltAsync(crash, account, "refresh.answered");
        await TakenOverAsync(crash, refreshes: 2);
        await node.Process.SignalAsync("CONT");
        await node.Asking;
        await Eventually.HoldsAsync(async () => await crash.EventsAsync("credential.orphan_dropped") + await crash.EventsAsync("credential.orphan_revoked") == 1);
        (await crash.World.Project.PostAsync($"/api/v3.1/connected_accounts/{account}/refresh")).Expect(200);
        Assert.Equal("ACTIVE", await crash.World.StatusAsync(account));
        await Invariants.HoldAsync(crash);
    }

    [Fact]
    public async Task Nothing_is_lost_while_a_node_is_halted_again_and_again()
    {
        await using var crash = await WorldAsync();
        var accounts = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => crash.ConnectAsync($"user_{i}")));
        await crash.ShortenGraceAsync();
        // A node that was too late to send has no answer from the provider either, and says so.
        crash.ProviderWasCutOff = true;
        await using var node = await ServerProcess.StartAsync(await crash.ElsewhereAsync());
        var (here, there) = (crash.World.Project, crash.Client(node.Url));
        await using (Load.Start(4, async call =>
        {
            await (call % 2 == 0 ? here : there).PostAsync($"/api/v3.1/connected_accounts/{accounts[call % accounts.Length]}/refresh");
            return null;
        }))
        {
            await Eventually.HoldsAsync(() => crash.World.Provider.Ledger.Refreshes > accounts.Length);
            for (var i = 0; i < ChaosSize.Of(1, 20, 100); i++)
            {
                await node.SignalAsync("STOP");
                Assert.True(node.IsStopped);
                await Task.Delay(TimeSpan.FromSeconds(ChaosSize.Of(6, 2 + (i % 7), 2 + (i % 30))));
                await node.SignalAsync("CONT");

                // Awake long enough to answer what it was asked: the next halt is another one, and not more of this one.
                await Eventually.HoldsAsync(async () => (await there.GetAsync("/health/ready")).Status == 200);
                await Task.Delay(500);
            }
        }

        await crash.World.Server.Clock.AdvanceAsync(TimeSpan.FromSeconds(10));
        await crash.ResolvedAsync();
        Assert.Equal(0, await crash.CountAsync("select count(*) from account where status <> 2"));
        await Invariants.HoldAsync(crash);
    }

    private static Task<CrashWorld> WorldAsync() => CrashWorld.CreateAsync("postgres", "grace", new ProviderModes { GraceMs = GraceMs });

    private static async Task<Halted> HaltAsync(CrashWorld crash, string account, string failpoint)
    {
        var settings = await crash.ElsewhereAsync();
        settings["BEHALF_FAILPOINT"] = failpoint + ":stop";
        var process = await ServerProcess.StartAsync(settings);
        var asking = crash.Client(process.Url).PostAsync($"/api/v3.1/connected_accounts/{account}/refresh");
        await Eventually.HoldsAsync(() => process.IsStopped);
        return new Halted(process, asking);
    }

    /// <summary>The lease ends, the other node refreshes, and the halted one's own clock has gone on.</summary>
    private static async Task TakenOverAsync(CrashWorld crash, int refreshes)
    {
        await crash.World.Server.Clock.AdvanceAsync(TimeSpan.FromSeconds(6));
        await Eventually.HoldsAsync(() => crash.World.Provider.Ledger.Refreshes == refreshes);
        await crash.ResolvedAsync();
        await Task.Delay(2500);
    }

    private sealed record Halted(ServerProcess Process, Task<Answer> Asking) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Process.DisposeAsync();
    }
}
