using Behalf.Sandbox.Provider;
using Behalf.Storage;
using Behalf.Tests.Support;

namespace Behalf.Tests.Chaos;

/// <summary>SIGKILL at every step of a refresh. Where the provider does not rotate, or takes a replaced token for a while, nothing
/// is lost; with strict rotation only a kill between "sent" and "in its file" may cost an account, and that is told once, half a
/// minute after it can be known at the latest.</summary>
public sealed class RefreshFailpointTests
{
    private const int LeaseMs = 90_000;
    private const int HalfAMinuteMs = 30_000;

    private static readonly string[] BeforeItWasSent = ["refresh.picked", "refresh.claimed", "refresh.opened"];
    private static readonly string[] TheOnlyCopyDies = [Failpoints.Rotated, "refresh.answered", "refresh.sealed"];

    public static TheoryData<string, string, string, int> Cases => Failpoints.RefreshCases();

    [Theory, MemberData(nameof(Cases))]
    public async Task A_refresh_killed_at_any_step_keeps_its_account_or_tells_the_loss_once(string engine, string rotation, string point, int round)
    {
        _ = round;
        await using var crash = await CrashWorld.CreateAsync(engine, rotation);
        var (world, ledger) = (crash.World, crash.World.Provider.Ledger);
        var account = await crash.ConnectAsync("alice");
        await DieAsync(crash, account, point);

        // What was sent arrives also after the death of its sender.
        var arrives = BeforeItWasSent.Contains(point) ? 0 : 1;
        await Eventually.HoldsAsync(() => ledger.Requests.Count(r => r.Step == Step.Refresh) == arrives);

        await crash.SettleAsync();
        var lost = await world.StatusAsync(account) == "EXPIRED";
        Assert.Equal(ledger.ReuseRevocations == 1, lost);
        if (rotation == "strict" && TheOnlyCopyDies.Contains(point))
        {
            Assert.True(lost, "The provider had rotated and nobody had its answer.");
        }

        if (lost)
        {
            Assert.True(rotation == "strict" && (TheOnlyCopyDies.Contains(point) || point == "egress.sent"), $"Lost at {point} with {rotation}.");
            Assert.Contains("rotation_unresolved", (await world.Project.GetAsync($"/api/v3.1/connected_accounts/{account}")).Text, StringComparison.Ordinal);
        }
        else
        {
            await GoesOnAsync(crash, account);
        }

        await Invariants.HoldAsync(crash);
    }

    [Theory, OnBothEngines]
    public async Task With_the_access_token_used_up_a_strict_loss_is_told_within_the_lease_and_half_a_minute_of_the_kill(string engine)
    {
        await using var crash = await CrashWorld.CreateAsync(engine, "strict");
        var account = await crash.ConnectAsync("alice");
        await crash.World.Server.Database.WriteAsync(
            RowScope.System, s => s.ExecuteAsync("update account_refresh set expires_at = behalf_now()", null), CancellationToken.None);
        await crash.DieAtAsync("refresh.answered", client => crash.World.ExecuteAsync("SANDBOX_GET_ME", "alice", with: client));

        // Counted from the claim, which came before the kill.
        var told = Assert.Single(await crash.SettleAsync());
        Assert.InRange(told.SettledAt - told.ClaimedAt, LeaseMs, LeaseMs + HalfAMinuteMs);
        Assert.Equal("EXPIRED", await crash.World.StatusAsync(account));
        await Invariants.HoldAsync(crash);
    }

    private static Task DieAsync(CrashWorld crash, string account, string point)
    {
        Task Refresh(TestClient client) => client.PostAsync($"/api/v3.1/connected_accounts/{account}/refresh");
        if (point != Failpoints.Rotated)
        {
            return crash.DieAtAsync(point, Refresh);
        }

        crash.World.Provider.Faults.Add(Step.Refresh, FaultKind.TimeoutAfter);
        return crash.DieWhenAsync(() => crash.World.Provider.Ledger.Refreshes == 1, Refresh);
    }

    /// <summary>What is stored is what the provider has issued last.</summary>
    private static async Task GoesOnAsync(CrashWorld crash, string account)
    {
        var before = crash.World.Provider.Ledger.Refreshes;
        (await crash.World.Project.PostAsync($"/api/v3.1/connected_accounts/{account}/refresh")).Expect(200);
        Assert.Equal("ACTIVE", await crash.World.StatusAsync(account));
        Assert.True(crash.World.Provider.Ledger.Refreshes > before, "Nothing was refreshed.");
        Assert.Single(crash.World.Provider.Ledger.LiveFamiliesOf("alice"));
    }
}
