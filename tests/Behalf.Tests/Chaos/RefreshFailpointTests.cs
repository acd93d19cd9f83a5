using Behalf.Sandbox.Provider;
using Behalf.Tests.Support;

namespace Behalf.Tests.Chaos;

/// <summary>SIGKILL at every step of a refresh. Where the provider does not rotate, or takes a replaced token for a while, nothing
/// is lost; with strict rotation only a kill between "sent" and "in its file" may cost an account, and that is told once.</summary>
public sealed class RefreshFailpointTests
{
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
        Assert.Equal(BeforeItWasSent.Contains(point) ? 0 : 1, ledger.Requests.Count(r => r.Step == Step.Refresh));

        // The dead one's lease ends; a strict provider's one attempt waits for the end of the access token, too.
        await world.Server.Clock.AdvanceAsync(rotation == "strict" ? TimeSpan.FromHours(1) : TimeSpan.FromSeconds(91));
        await crash.ResolvedAsync();

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
