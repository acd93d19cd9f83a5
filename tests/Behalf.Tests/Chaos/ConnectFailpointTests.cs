using Behalf.Sandbox.Grants;
using Behalf.Tests.Support;

namespace Behalf.Tests.Chaos;

/// <summary>SIGKILL at every step of a callback: the account is connected or it is not, and then the user can start again.</summary>
public sealed class ConnectFailpointTests
{
    private static readonly string[] Answered = ["connect.answered", "connect.probed", "connect.sealed"];
    private static readonly string[] Stored = ["connect.stored", "connect.ended"];

    public static TheoryData<string, string, int> Cases => Failpoints.Cases(Failpoints.OfConnect);

    [Theory, MemberData(nameof(Cases))]
    public async Task A_callback_killed_at_any_step_leaves_an_account_that_works_or_can_be_connected(string engine, string point, int round)
    {
        _ = round;
        await using var crash = await CrashWorld.CreateAsync(engine, "grace");
        var world = crash.World;
        var (link, account) = await world.LinkAsync("alice");
        using var browser = new TestBrowser();
        var authorize = await browser.ContinueAsync(link);
        var callback = await browser.ConsentAsync(authorize, "alice");
        await crash.DieAtAsync(point, client => browser.OpenAsync(new Uri(client.Http.BaseAddress!, callback.PathAndQuery)));

        // The user presses "reload".
        var again = await browser.OpenAsync(new Uri(world.Server.Url, callback.PathAndQuery));
        var connected = Stored.Contains(point) || point == "connect.returned";
        Assert.Equal(connected, await world.StatusAsync(account) == "ACTIVE");
        Assert.Equal(point == "connect.returned" ? "connected" : "already_used", again.Reason?.Replace('-', '_') ?? "connected");
        if (!connected)
        {
            await RegisterNewAddressAsync(world, authorize);
            account = await world.ConnectAsync("alice");
        }

        // A code buys once: where its answer died with the server, the grant that nobody holds is taken back, unless it died at once.
        var ledger = world.Provider.Ledger;
        Assert.Equal(Answered.Contains(point) ? 2 : 1, ledger.Count(TokenEventKind.Issued));
        await world.Server.Clock.AdvanceAsync(TimeSpan.FromMinutes(6));
        await Eventually.HoldsAsync(async () => await crash.CountAsync("select count(*) from outbox where kind = 'revoke'") == 0);
        Assert.Equal(point == Answered[0] ? 2 : 1, ledger.LiveFamiliesOf("alice").Count);
        Assert.Equal(Answered.Skip(1).Contains(point) ? 1 : 0, await crash.EventsAsync("credential.upstream_revoked"));
        Assert.Equal(1, await crash.EventsAsync("account.connected"));
        (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{account}/refresh")).Expect(200);
        await Invariants.HoldAsync(crash);
    }

    /// <summary>The server that took over has another port.</summary>
    private static async Task RegisterNewAddressAsync(World world, Uri authorize)
    {
        var config = (await world.Project.GetAsync($"/api/v3.1/auth_configs/{world.AuthConfig}")).Expect(200).Json;
        world.Provider.Apps.Change(
            System.Web.HttpUtility.ParseQueryString(authorize.Query)["client_id"]!, null, [config.GetProperty("redirect_uri").GetString()!]);
    }
}
