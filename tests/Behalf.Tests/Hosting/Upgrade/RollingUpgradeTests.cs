using System.Diagnostics;
using Behalf.Tests.Support;

namespace Behalf.Tests.Hosting.Upgrade;

/// <summary>The previous version and this one, on one database: nobody notices the upgrade, nor the way back.</summary>
public sealed class RollingUpgradeTests
{
    [Fact]
    public async Task Both_versions_serve_one_PostgreSQL_side_by_side_and_the_upgrade_can_be_taken_back()
    {
        await using var world = await UpgradeWorld.CreateAsync("postgres");
        var traffic = new UpgradeTraffic(world);
        var previous = await world.StartPreviousAsync();
        await world.SetUpAsync();
        await traffic.ConnectResidentsAsync();

        // The next version comes, and brings its schema, while the previous one is at work.
        ServerProcess current;
        await using (var load = traffic.StartLoad())
        {
            current = await world.StartCurrentAsync();
            await traffic.LiveAsync();
            await traffic.LiveAsync();
            await AssertUnharmedAsync(load);
        }

        await AllTokensExpireAsync(world);
        await using (var load = traffic.StartLoad())
        {
            await traffic.AssertResidentsWorkAsync();
            await AssertVerifiesAsync(world, nodes: 2);

            // Back: the next version goes, and the schema stays.
            await world.StopAsync(current);
            await traffic.LiveAsync();
            await AssertUnharmedAsync(load);
        }

        // A rollback starts the previous version again, on what the next one made of the database.
        await world.StopAsync(previous);
        await world.StartPreviousAsync();
        await traffic.LiveAsync();
        await AllTokensExpireAsync(world);
        await traffic.AssertResidentsWorkAsync();
        await AssertVerifiesAsync(world, nodes: 1);
        Assert.Equal((1, 0), (world.Provider.Ledger.MaxParallelRefreshes, world.Provider.Ledger.ReuseRevocations));
    }

    [Fact]
    public async Task The_embedded_database_goes_to_the_next_version_and_back()
    {
        await using var world = await UpgradeWorld.CreateAsync("sqlite");
        var traffic = new UpgradeTraffic(world);
        var node = await world.StartPreviousAsync();
        await world.SetUpAsync();
        await traffic.ConnectResidentsAsync();
        await traffic.LiveAsync();
        foreach (var next in (Func<Task<ServerProcess>>[])[world.StartCurrentAsync, world.StartPreviousAsync, world.StartCurrentAsync])
        {
            await world.StopAsync(node);
            node = await next();
            await traffic.AssertResidentsWorkAsync();
            await traffic.LiveAsync();
            await AssertVerifiesAsync(world, nodes: 1);
        }
    }

    [Fact]
    public async Task A_shallow_clone_is_told_what_to_fetch()
    {
        var folder = Directory.CreateTempSubdirectory("behalf-shallow-").FullName;
        try
        {
            using (var clone = Process.Start("git", ["clone", "--quiet", "--no-checkout", "--depth", "1", "file://" + Repository.Root, folder]))
            {
                await clone.WaitForExitAsync();
                Assert.Equal(0, clone.ExitCode);
            }

            var missing = await Assert.ThrowsAnyAsync<Exception>(() => PreviousVersion.BuildAsync(folder, PreviousVersion.Commit));
            Assert.Contains("run `git fetch --unshallow`", missing.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task AssertUnharmedAsync(Load load)
    {
        Assert.True(await load.StopAsync() > 100, "Too few calls to say anything.");
        Assert.Empty(load.Failures);
    }

    /// <summary>The database's clock is everybody's: an hour later every access token is to be renewed, by one node each.</summary>
    private static async Task AllTokensExpireAsync(UpgradeWorld world)
    {
        var before = world.Provider.Ledger.Refreshes;
        await world.Clock.AdvanceAsync(TimeSpan.FromHours(1));
        await Eventually.HoldsAsync(() => world.Provider.Ledger.Refreshes >= before + UpgradeTraffic.Residents);
    }

    private static async Task AssertVerifiesAsync(UpgradeWorld world, int nodes)
    {
        for (var i = 0; i < nodes; i++)
        {
            var verified = (await world.GetAsync("/api/v3.1/audit/verify")).Expect(200).Json;
            Assert.True(verified.GetProperty("valid").GetBoolean(), verified.ToString());
            Assert.True(verified.GetProperty("events").GetInt32() > 20, verified.ToString());
        }
    }
}
