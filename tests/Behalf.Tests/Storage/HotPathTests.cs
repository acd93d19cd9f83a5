using Behalf.Tests.Support;
using Npgsql;

namespace Behalf.Tests.Storage;

/// <summary>Whatever a call asks of the database is a look-up by key: among 100,000 accounts of one project it reads a handful
/// of rows. The plans are the server's own, generic, as they are after the fifth use of a prepared statement; sequential scans
/// are switched off, so that one that appears is one for which no index serves.</summary>
public sealed class HotPathTests
{
    private const int Rows = 100_000;

    [Fact]
    public async Task Calls_among_a_hundred_thousand_accounts_read_a_handful_of_rows()
    {
        await using var world = await World.CreateAsync("postgres");
        var alice = await world.ConnectAsync("user_1", "alice");
        using var agent = await world.UserKeyAsync("user_1");
        await using var superuser = await SuperuserAsync(world.Server.DatabaseAddress);
        await FillAsync(superuser);
        await RestartAsync(world);
        await AskAsync(world, agent.Key!, alice);
        await RestartAsync(world);
        await RunAsync(superuser, "select pg_stat_reset()");

        await AskAsync(world, agent.Key!, alice);

        // Those that wait at the same time are looked up by one statement, which has a plan of its own.
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 12).Select(i => world.ExecuteAsync("SANDBOX_GET_ME", $"nobody_{i}"))), answer => answer.Expect(400));

        // A session hands its counts in when it ends.
        await world.StopServerAsync();
        await Task.Delay(1000);
        await using var counts = new NpgsqlCommand(
            "select relname, seq_tup_read + coalesce(idx_tup_fetch, 0) from pg_stat_user_tables where n_live_tup > 0 or seq_scan > 0 or idx_scan > 0", superuser);
        await using var reader = await counts.ExecuteReaderAsync();
        var read = new Dictionary<string, long>();
        while (await reader.ReadAsync())
        {
            read[reader.GetString(0)] = reader.GetInt64(1);
        }

        Assert.True(read["account"] > 0 && read["locator"] > 0, "Nothing was counted.");
        Assert.All(read, table => Assert.True(table.Value < 500, $"{table.Key}: {table.Value} rows were read."));
    }

    /// <summary>Each kind of request once. Lists without a filter are not among them: they count all there is, since the wire
    /// wants <c>total_items</c>.</summary>
    private static async Task AskAsync(World world, string agentKey, string account)
    {
        using var agent = world.Server.Client(agentKey);
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200);
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1", with: agent)).Expect(200);
        (await world.ExecuteAsync("SANDBOX_GET_ME", "nobody")).Expect(400);
        (await world.Project.GetAsync($"/api/v3.1/connected_accounts/{account}")).Expect(200);
        (await world.Project.GetAsync("/api/v3.1/connected_accounts?user_ids=user_1&toolkit_slugs=sandbox&statuses=ACTIVE")).Expect(200);
        (await agent.GetAsync("/api/v3.1/connected_accounts")).Expect(200);
        await Task.Delay(2500); // for rounds of the work that nobody asks for
        (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{account}/refresh")).Expect(200);
        await world.LinkAsync("user_2");
    }

    private static async Task FillAsync(NpgsqlConnection superuser)
    {
        await RunAsync(superuser, $"""
            create function filler(prefix text, n int) returns bytea language sql immutable as $$ select substring(decode(md5(prefix || n), 'hex') from 1 for 16) $$;
            insert into app_user select p.project_id, filler('u', n), 'filler_' || n, n from project p, generate_series(1, {Rows}) n;
            insert into account select a.project_id, filler('a', n), filler('u', n), 'filler_' || n, a.auth_config_id, a.toolkit, a.scheme, a.status,
              null, null, 'word-' || n, 'subject-' || n, null, a.scopes, a.params, 1, n, n from account a, generate_series(1, {Rows}) n;
            insert into account_refresh (project_id, account_id, status, due_at, rot_policy, expires_at)
              select r.project_id, filler('a', n), 0, r.due_at + n, r.rot_policy, r.expires_at from account_refresh r, generate_series(1, {Rows}) n;
            insert into data_key select d.project_id, filler('a', n), 1, filler('u', n), d.toolkit, d.generation, d.wrapped, n
              from (select * from data_key where toolkit = 'sandbox' limit 1) d, generate_series(1, {Rows}) n;
            insert into secret select s.project_id, filler('a', n), s.kind, 1, 1, s.ciphertext, n
              from (select * from secret where kind = 1 limit 1) s, generate_series(1, {Rows}) n;
            insert into locator select filler('l', n), 1, p.project_id, filler('k', n) from project p, generate_series(1, {Rows}) n;
            insert into api_key select k.project_id, filler('k', n), k.kind, '', '', k.secret_hash, filler('u', n), 'filler_' || n, null, n, k.expires_at, null
              from (select * from api_key where kind = 2 limit 1) k, generate_series(1, {Rows}) n;
            """);
        await RunAsync(superuser, "analyze");
        await RunAsync(superuser, $"alter database \"{superuser.Database}\" set enable_seqscan = off");
        await RunAsync(superuser, $"alter database \"{superuser.Database}\" set plan_cache_mode = force_generic_plan");
    }

    private static async Task RestartAsync(World world)
    {
        await world.StopServerAsync();
        await world.StartServerAsync();
    }

    private static async Task RunAsync(NpgsqlConnection superuser, string sql)
    {
        await using var command = new NpgsqlCommand(sql, superuser) { CommandTimeout = 300 };
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<NpgsqlConnection> SuperuserAsync(string database)
    {
        var url = new Uri(database);
        var connection = new NpgsqlConnection($"Host={url.Host};Port={url.Port};Username=postgres;Database={url.AbsolutePath[1..]};Pooling=false");
        await connection.OpenAsync();
        return connection;
    }
}
