using Behalf.Sandbox.Grants;
using Behalf.Sandbox.Provider;
using Behalf.Tests.Support;

namespace Behalf.Tests.Chaos;

/// <summary>The same request 64 times at once has one effect.</summary>
public sealed class DuplicateTests
{
    private const int Copies = 64;

    [Theory, OnBothEngines]
    public async Task A_callback_and_a_deletion_that_come_64_times_at_once_happen_once(string engine)
    {
        await using var crash = await CrashWorld.CreateAsync(engine, "grace");
        var world = crash.World;
        var (link, account) = await world.LinkAsync("alice");
        using var browser = new TestBrowser();
        var callback = await browser.ConsentAsync(await browser.ContinueAsync(link), "alice");
        var pages = await Task.WhenAll(Enumerable.Range(0, Copies).Select(_ => browser.OpenAsync(callback)));
        Assert.Single(pages, page => page.Reason == "connected");
        Assert.Single(world.Provider.Ledger.Requests, r => r.Step == Step.Token);
        Assert.Equal(1, world.Provider.Ledger.Count(TokenEventKind.Issued));
        Assert.Equal(1, await crash.EventsAsync("account.connected"));
        await Invariants.HoldAsync(crash);

        var deletions = await Task.WhenAll(Enumerable.Range(0, Copies).Select(_ => world.Project.DeleteAsync($"/api/v3.1/connected_accounts/{account}")));
        Assert.Contains(deletions, answer => answer.Status == 200);
        Assert.All(deletions, answer => Assert.True(answer.Status is 200 or 404, answer.Text));
        Assert.Equal(1, await crash.EventsAsync("account.deleted"));
        await Eventually.HoldsAsync(() => world.Provider.Ledger.LiveFamiliesOf("alice").Count == 0);
        crash.Deleted.Add("alice");
        await Invariants.HoldAsync(crash);
    }
}
