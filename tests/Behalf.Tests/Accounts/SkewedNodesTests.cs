using Behalf.Accounts.Refresh;
using Behalf.Sandbox.Provider;
using Behalf.Storage;
using Behalf.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Behalf.Tests.Accounts;

/// <summary>Two nodes whose clocks are ten minutes off, one each way: when a token is renewed, and when it is used up, is
/// decided by the database's clock alone.</summary>
public sealed class SkewedNodesTests
{
    private const int Accounts = 10;

    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Accounts_are_renewed_once_when_the_database_says_so()
    {
        await using var world = await World.CreateAsync("postgres", options: Skewed(Skew));
        await using var behind = await StartBehindAsync(world);
        await ConnectAsync(world);

        // Of an hour, the last five minutes are the margin, and twelve before them the jitter: due from minute 43 on. It is
        // minute 40, and on one node 50.
        await AdvanceAsync(world, behind, TimeSpan.FromMinutes(40));
        Assert.Equal((0, 0), (await SweepAsync(world.Server), await SweepAsync(behind)));
        await CallAllAsync(world, behind);
        Assert.Equal(0, Asked(world));

        // Minute 56, and on the other 46.
        await AdvanceAsync(world, behind, TimeSpan.FromMinutes(16));
        await Eventually.HoldsAsync(() => world.Provider.Ledger.Refreshes == Accounts);
        await Eventually.HoldsAsync(async () => await NumberAsync(world, "select count(*) from account_refresh where intent_at is not null") == 0);
        Assert.Equal(Accounts, await NumberAsync(
            world, "select count(*) from account_refresh where expires_at - behalf_now() between 3300000 and 3600000"));

        await AdvanceAsync(world, behind, TimeSpan.FromMinutes(40));
        Assert.Equal((0, 0), (await SweepAsync(world.Server), await SweepAsync(behind)));
        await CallAllAsync(world, behind);
        Assert.Equal((Accounts, 1), (Asked(world), world.Provider.Ledger.MaxParallelRefreshes));
        Assert.Equal(Accounts, await NumberAsync(world, "select count(*) from account where status = 2"));
    }

    [Fact]
    public async Task A_call_renews_what_is_used_up_by_the_database_and_nothing_else()
    {
        await using var world = await World.CreateAsync("postgres", options: Skewed(Skew));
        await using var behind = await StartBehindAsync(world);
        await ConnectAsync(world);
        await world.Server.Database.WriteAsync(
            RowScope.System, s => s.ExecuteAsync("update account_refresh set due_at = @Never", new { RefreshSchedule.Never }), CancellationToken.None);

        // Five minutes are left; on the node that is ahead they would be over.
        await AdvanceAsync(world, behind, TimeSpan.FromMinutes(55));
        await CallAllAsync(world, behind);
        Assert.Equal(0, Asked(world));

        // Over for a minute; the node that is behind would have nine left.
        await AdvanceAsync(world, behind, TimeSpan.FromMinutes(6));
        using var there = behind.Client(world.Project.Key);
        for (var i = 0; i < Accounts; i++)
        {
            (await world.ExecuteAsync("SANDBOX_GET_ME", $"user_{i}", with: there)).Expect(200);
            Assert.Equal(i + 1, Asked(world));
        }
    }

    /// <summary>Ahead of the clock that tests move, which the database goes by.</summary>
    private static TestServerOptions Skewed(TimeSpan by) => new()
    {
        Configure = builder =>
        {
            var clock = (TimeProvider)builder.Services.Last(s => s.ServiceType == typeof(TimeProvider)).ImplementationInstance!;
            builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(new SkewedTime(clock, by)));
        },
    };

    private static Task<TestServer> StartBehindAsync(World world) => TestServer.StartAsync(
        "postgres", world.Server.Options with { Database = world.Server.DatabaseAddress, Configure = Skewed(-Skew).Configure });

    private static async Task ConnectAsync(World world)
    {
        for (var i = 0; i < Accounts; i++)
        {
            world.Provider.Users.Create($"user_{i}", $"user_{i}");
            await world.ConnectAsync($"user_{i}");
        }
    }

    private static async Task AdvanceAsync(World world, TestServer other, TimeSpan by)
    {
        await world.Server.Clock.AdvanceAsync(by);
        await other.Clock.AdvanceAsync(by);
    }

    private static async Task CallAllAsync(World world, TestServer other)
    {
        using var there = other.Client(world.Project.Key);
        for (var i = 0; i < Accounts; i++)
        {
            (await world.ExecuteAsync("SANDBOX_GET_ME", $"user_{i}")).Expect(200);
            (await world.ExecuteAsync("SANDBOX_GET_ME", $"user_{i}", with: there)).Expect(200);
        }
    }

    private static Task<int> SweepAsync(TestServer node) => node.Services.GetRequiredService<RefreshSweep>().RunOnceAsync(CancellationToken.None);

    private static int Asked(World world) => world.Provider.Ledger.Requests.Count(r => r.Step == Step.Refresh);

    private static Task<long> NumberAsync(World world, string sql) =>
        world.Server.Database.FindAsync<long>(RowScope.System, sql, null, CancellationToken.None);

    private sealed class SkewedTime(TimeProvider clock, TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow() + by;
    }
}
