using Behalf.Storage;
using Behalf.Tests.Support;

namespace Behalf.Tests.Storage;

public sealed class WorkLeaseTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, OnBothEngines]
    public async Task One_node_holds_it_until_it_lets_go(string engine)
    {
        await using var test = await TestDatabase.CreateAsync(engine);
        var (one, other) = (Lease(test.Database), Lease(test.Database));
        Assert.Equal(LeaseState.Taken, await one.HoldAsync(None));
        Assert.Equal(LeaseState.Kept, await one.HoldAsync(None));
        Assert.Equal(LeaseState.Elsewhere, await other.HoldAsync(None));
        await other.ReleaseAsync(None);
        Assert.Equal(LeaseState.Elsewhere, await other.HoldAsync(None));
        await one.ReleaseAsync(None);
        Assert.Equal(LeaseState.Taken, await other.HoldAsync(None));
    }

    [Theory, OnBothEngines]
    public async Task A_node_that_fell_silent_loses_it_after_its_term(string engine)
    {
        var clock = new TestClock("");
        await using var test = await TestDatabase.CreateAsync(engine, clock);
        clock = engine == "postgres" ? new TestClock(test.Address) : clock;
        var (silent, next) = (Lease(test.Database), Lease(test.Database));
        Assert.Equal(LeaseState.Taken, await silent.HoldAsync(None));
        await clock.AdvanceAsync(TimeSpan.FromSeconds(9));
        Assert.Equal(LeaseState.Elsewhere, await next.HoldAsync(None));
        await clock.AdvanceAsync(TimeSpan.FromSeconds(2));
        Assert.Equal(LeaseState.Taken, await next.HoldAsync(None));

        // What it lets go now is not its own any more.
        await silent.ReleaseAsync(None);
        Assert.Equal(LeaseState.Elsewhere, await silent.HoldAsync(None));
    }

    [Theory, OnBothEngines]
    public async Task Of_many_nodes_that_ask_at_once_one_gets_it(string engine)
    {
        await using var test = await TestDatabase.CreateAsync(engine);
        var states = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Lease(test.Database).HoldAsync(None)));
        Assert.Single(states, LeaseState.Taken);
    }

    private static WorkLease Lease(IDatabase database) => new(database, "work", TimeSpan.FromSeconds(10), TimeProvider.System);
}
