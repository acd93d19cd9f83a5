using Behalf.Sandbox.Grants;
using Behalf.Sandbox.Provider;
using Behalf.Storage;
using Behalf.Tests.Support;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Behalf.Tests.Accounts;

/// <summary>SIGKILL at every step between "sent" and "stored". Another node finds the intent, asks again within the grace,
/// and the user notices nothing.</summary>
public sealed class RefreshKillTests
{
    /// <summary>Where the process dies, as seen from outside: the provider holds the request, or the database the row.</summary>
    public enum Moment
    {
        SentAndNotProcessed,
        RotatedAndNotAnswered,
        AnsweredAndNotStored,
        Stored,
    }

    public static TheoryData<string, Moment> Moments => new MatrixTheoryData<string, Moment>(["sqlite", "postgres"], Enum.GetValues<Moment>());

    [Theory, MemberData(nameof(Moments))]
    public async Task Nothing_is_lost_where_a_grace_exists(string engine, Moment moment)
    {
        await using var world = await World.CreateAsync(engine);
        var alice = await world.ConnectAsync("user_1", "alice");
        await DieAsync(world, alice, moment);
        await TakeOverAsync(world);
        if (moment != Moment.Stored)
        {
            await Eventually.HoldsAsync(() => world.Provider.Ledger.Requests.Count(r => r.Step == Step.Refresh) == 2);
            await UntilResolvedAsync(world, alice);
        }

        Assert.Equal("ACTIVE", await world.StatusAsync(alice));
        Assert.Equal(0, world.Provider.Ledger.ReuseRevocations);

        // And it goes on: what is stored now is what the provider has issued last.
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200);
        (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{alice}/refresh")).Expect(200);
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200);
        Assert.Single(world.Provider.Ledger.LiveFamiliesOf("alice"));
    }

    [Theory, OnBothEngines]
    public async Task A_strict_provider_is_asked_again_only_when_the_old_access_token_is_used_up_and_a_loss_is_told(string engine)
    {
        await using var world = await World.CreateAsync(engine, new ProviderModes { Rotation = Rotation.Strict });
        var alice = await world.ConnectAsync("user_1", "alice");
        await world.Server.Database.WriteAsync(
            RowScope.System, s => s.ExecuteAsync("update account_refresh set rot_policy = 3", null), CancellationToken.None);
        await DieAsync(world, alice, Moment.RotatedAndNotAnswered);
        await TakeOverAsync(world);
        var fence = await FenceAsync(world);
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200);
        (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{alice}/refresh")).Expect(503);
        await Task.Delay(1500);
        Assert.Single(world.Provider.Ledger.Requests, r => r.Step == Step.Refresh);

        // Nor does anybody claim it: whoever may still hold the answer could not store it any more.
        Assert.Equal(fence, await FenceAsync(world));

        await world.Server.Clock.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal("ActionExecute_ConnectedAccountExpired", (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(400).Slug);
        var reason = (await world.Project.GetAsync($"/api/v3.1/connected_accounts/{alice}")).Json.GetProperty("status_reason").GetString();
        Assert.Contains("rotation_unresolved", reason, StringComparison.Ordinal);
        Assert.Equal(2, world.Provider.Ledger.Requests.Count(r => r.Step == Step.Refresh));
    }

    /// <param name="world">With a server that this one takes the place of.</param>
    /// <param name="account">To refresh.</param>
    /// <param name="moment">When to kill it.</param>
    /// <param name="holds">What there must be by then, too.</param>
    internal static async Task DieAsync(World world, string account, Moment moment, Func<bool>? holds = null)
    {
        await world.StopServerAsync();
        await using var node = await world.StartProcessAsync();
        using var client = new TestClient(node.Url, world.Project.Key);
        var ledger = world.Provider.Ledger;
        if (moment is Moment.SentAndNotProcessed or Moment.RotatedAndNotAnswered)
        {
            world.Provider.Faults.Add(Step.Refresh, moment == Moment.SentAndNotProcessed ? FaultKind.Timeout : FaultKind.TimeoutAfter);
        }

        // Long enough for the lock below to be there before the answer, on a busy machine too.
        world.Provider.Modes = world.Provider.Modes with { TokenLatencyMs = moment == Moment.AnsweredAndNotStored ? 5000 : 500 };
        var asking = client.PostAsync($"/api/v3.1/connected_accounts/{account}/refresh");
        await Eventually.HoldsAsync(() => ledger.Requests.Any(r => r.Step == Step.Refresh));
        await using var held = moment == Moment.AnsweredAndNotStored ? await HoldWritesAsync(world.Server.DatabaseAddress) : null;
        if (moment == Moment.SentAndNotProcessed)
        {
            await Eventually.HoldsAsync(() => ledger.Requests.Any(r => r.Step == Step.Refresh && r.Fault is not null));
        }
        else
        {
            await Eventually.HoldsAsync(() => ledger.Count(TokenEventKind.Refreshed) == 1);
        }

        if (moment == Moment.AnsweredAndNotStored)
        {
            await Eventually.HoldsAsync(() => ledger.Requests.Any(r => r.Step == Step.Refresh && r.Status == 200));
            await Task.Delay(300);
            await Eventually.HoldsAsync(holds ?? (() => true));
            Assert.False(asking.IsCompleted);
        }
        else if (moment == Moment.Stored)
        {
            (await asking).Expect(200);
        }

        await node.KillAsync();
        await Record.ExceptionAsync(() => asking);
        world.Provider.Modes = world.Provider.Modes with { TokenLatencyMs = 0 };
    }

    /// <summary>The next node, once the dead one's lease is over.</summary>
    internal static async Task TakeOverAsync(World world)
    {
        await world.StartServerAsync();
        await world.Server.Clock.AdvanceAsync(TimeSpan.FromSeconds(91));
    }

    private static Task<long> FenceAsync(World world) =>
        world.Server.Database.FindAsync<long>(RowScope.System, "select epoch from account_refresh", null, CancellationToken.None);

    private static async Task UntilResolvedAsync(World world, string account)
    {
        for (var i = 0; ; i++)
        {
            var open = await world.Server.Database.FindAsync<int>(
                RowScope.System, "select count(*) from account_refresh where intent_at is not null", null, CancellationToken.None);
            if (open == 0)
            {
                return;
            }

            Assert.True(i < 300, $"The lost refresh of {account} was not taken up.");
            await Task.Delay(50);
        }
    }

    /// <summary>Keeps every other connection from writing until it is disposed of.</summary>
    internal static async Task<IAsyncDisposable> HoldWritesAsync(string database)
    {
        if (database.StartsWith("postgres", StringComparison.Ordinal))
        {
            var url = new Uri(database);
            var postgres = new NpgsqlConnection(
                $"Host={url.Host};Port={url.Port};Username=postgres;Database={url.AbsolutePath[1..]};Pooling=false");
            await postgres.OpenAsync();
            await using var locking = new NpgsqlCommand("begin; lock table account_refresh in exclusive mode", postgres);
            await locking.ExecuteNonQueryAsync();
            return postgres;
        }

        var sqlite = new SqliteConnection($"Data Source={database};Pooling=False");
        await sqlite.OpenAsync();
        await using var begin = new SqliteCommand("begin immediate", sqlite);
        await begin.ExecuteNonQueryAsync();
        return sqlite;
    }
}
