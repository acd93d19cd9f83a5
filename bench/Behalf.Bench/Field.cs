using System.Globalization;
using Behalf.Tests.Support;
using Npgsql;

namespace Behalf.Bench;

/// <summary>One thing to measure.</summary>
internal sealed record Variant
{
    public required string Name { get; init; }

    public required Uri Url { get; init; }

    public required string Script { get; init; }

    /// <summary>Whether its upstream takes 20 ms.</summary>
    public bool Slow { get; init; }

    public required Func<double> CpuMs { get; init; }

    public Func<double> DatabaseCpuMs { get; init; } = () => 0;

    /// <summary>Statement groups sent to a database server and syncs of its log, since it started.</summary>
    public Func<Task<(long RoundTrips, long Syncs)>> CountsAsync { get; init; } = () => Task.FromResult((0L, 0L));
}

/// <summary>Everything that runs: upstreams, forwarders, nginx, and a node for each database and upstream.</summary>
internal sealed class Field : IAsyncDisposable
{
    public const string Direct = "upstream", Forward = "forwarder", Nginx = "nginx", Sqlite = "behalf, SQLite", Postgres = "behalf, PostgreSQL";

    private readonly List<IDisposable> _running = [];

    public List<Variant> Variants { get; } = [];

    public List<(string Name, TimeSpan After)> Starts { get; } = [];

    public Dictionary<string, Node> Nodes { get; } = [];

    /// <summary>The one that answers at once.</summary>
    public Uri Upstream => Variants.Single(v => v is { Name: Direct, Slow: false }).Url;

    public string ScriptOf(string name) => Variants.Single(v => v.Name == name && !v.Slow).Script;

    /// <summary>Stops it with everything else.</summary>
    public void Own(IDisposable running) => _running.Add(running);

    public static async Task<Field> StartAsync(string folder, BenchOptions options, string serverCore, string otherCore)
    {
        var field = new Field();
        foreach (var slow in new[] { false, true })
        {
            await field.AddAsync(Path.Combine(folder, slow ? "slow" : "fast"), slow, options, serverCore, otherCore);
        }

        return field;
    }

    public ValueTask DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(_running))
        {
            one.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private async Task AddAsync(string folder, bool slow, BenchOptions options, string serverCore, string otherCore)
    {
        Directory.CreateDirectory(folder);
        var get = Path.Combine(folder, "get.lua");
        await File.WriteAllTextAsync(get, Wrk.GetScript("/api/mail/messages/m1"));
        var (upstream, _) = await StartSelfAsync(otherCore, url => ["upstream", url.ToString(), slow ? "20" : "0"]);
        var (forwarder, after) = await StartSelfAsync(serverCore, url => ["forward", url.ToString(), upstream.Url.ToString()]);
        Add(Direct, upstream, get, slow);
        Add(Forward, forwarder, get, slow);
        var nginx = await NginxServer.StartAsync(folder, upstream.Url, serverCore);
        _running.Add(nginx);
        Variants.Add(new Variant { Name = Nginx, Url = nginx.Url, Script = get, Slow = slow, CpuMs = () => nginx.CpuMs });
        Starts.Add((Forward, after));

        await AddNodeAsync(Sqlite, "", upstream.Url, Path.Combine(folder, "sqlite"), slow, options, serverCore);
        var database = await (await PostgresCluster.GetAsync()).CreateDatabaseAsync();
        await AddNodeAsync(Postgres, database, upstream.Url, Path.Combine(folder, "postgres"), slow, options, serverCore);
    }

    private async Task AddNodeAsync(string name, string database, Uri upstream, string folder, bool slow, BenchOptions options, string core)
    {
        var node = await Node.StartAsync(database, upstream, core, options.Accounts, folder);
        await AnalyzeAsync(database);
        _running.Add(node);
        Starts.Add((name, node.StartedAfter));
        Nodes[name + (slow ? ", slow" : "")] = node;
        var script = Path.Combine(folder, "execute.lua");
        await File.WriteAllTextAsync(script, Wrk.ExecuteScript(node.Key, Node.Tool, options.Accounts));
        var variant = new Variant { Name = name, Url = node.Process.Url, Script = script, Slow = slow, CpuMs = () => node.Process.CpuMs };
        Variants.Add(database.Length == 0 ? variant : variant with
        {
            DatabaseCpuMs = PostgresCpuMs,
            CountsAsync = () => CountAsync(database),
        });
    }

    private void Add(string name, Measured process, string script, bool slow) =>
        Variants.Add(new Variant { Name = name, Url = process.Url, Script = script, Slow = slow, CpuMs = () => process.CpuMs });

    /// <summary>Starts another part of this program.</summary>
    public async Task<(Measured Process, TimeSpan After)> StartSelfAsync(string core, Func<Uri, string[]> arguments)
    {
        var url = Measured.FreeUrl();
        var self = Path.Combine(AppContext.BaseDirectory, "behalf-bench.dll");
        var started = await Measured.StartAsync(url, core, "dotnet", [self, .. arguments(url)]);
        _running.Add(started.Process);
        return started;
    }

    /// <summary>Each of its processes has one thread, whose time the kernel keeps to the nanosecond; the ticks that other
    /// figures are made of are too coarse for so many that each do little.</summary>
    private static double PostgresCpuMs() => Directory.EnumerateDirectories("/proc").Where(folder => char.IsDigit(Path.GetFileName(folder)[0])).Sum(folder =>
    {
        try
        {
            return File.ReadAllText(folder + "/comm").Trim() == "postgres"
                ? double.Parse(File.ReadAllText(folder + "/schedstat").Split(' ')[0], CultureInfo.InvariantCulture) / 1e6
                : 0;
        }
        catch (IOException)
        {
            // It has ended.
            return 0;
        }
    });

    /// <summary>As the server's own housekeeping does within a minute of so many new rows; plans made before it are bad.</summary>
    private static async Task AnalyzeAsync(string database)
    {
        if (database.Length == 0)
        {
            return;
        }

        await using var connection = await SuperuserAsync(database);
        await using var command = new NpgsqlCommand("analyze", connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<NpgsqlConnection> SuperuserAsync(string database)
    {
        var url = new Uri(database);
        var connection = new NpgsqlConnection($"Host={url.Host};Port={url.Port};Username=postgres;Database={url.AbsolutePath[1..]}");
        await connection.OpenAsync();
        return connection;
    }

    private static async Task<(long RoundTrips, long Syncs)> CountAsync(string database)
    {
        await using var connection = await SuperuserAsync(database);
        await using var command = new NpgsqlCommand(
            "select (select xact_commit from pg_stat_database where datname = current_database()), (select wal_sync from pg_stat_wal)", connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (reader.GetInt64(0), reader.GetInt64(1));
    }
}
