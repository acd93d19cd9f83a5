using System.Globalization;
using Behalf.Bench.Offering;
using Behalf.Tests.Support;

namespace Behalf.Bench;

/// <summary>Everything that runs: upstreams, forwarders, nginx, and a node for each database and upstream.</summary>
internal sealed class Field(string folder, BenchOptions options) : IAsyncDisposable
{
    public const string Direct = "upstream", Forward = "forwarder", Nginx = "nginx", Sqlite = "behalf, SQLite", Postgres = "behalf, PostgreSQL";

    // The server under measurement has one core; load, upstream and database share the other.
    private const string ServerCore = "0";
    private const string SharedCore = "1";

    private readonly List<IDisposable> _running = [];
    private Uri? _sink;

    public BenchOptions Options => options;

    public List<Variant> Variants { get; } = [];

    public List<(string Name, TimeSpan After)> Starts { get; } = [];

    public Dictionary<string, Node> Nodes { get; } = [];

    /// <summary>The windows that were measured.</summary>
    public List<Series> Series { get; } = [];

    /// <summary>The one that answers at once.</summary>
    public Uri Upstream => Variants.Single(v => v is { Name: Direct, Slow: false }).Url;

    /// <summary>The one that takes 20 ms.</summary>
    public Uri SlowUpstream => Variants.Single(v => v is { Name: Direct, Slow: true }).Url;

    public static async Task<Field> StartAsync(string folder, BenchOptions options)
    {
        var field = new Field(folder, options);
        try
        {
            field._sink = (await field.StartSelfAsync(SharedCore, url => ["sink", url.ToString()])).Process.Url;
            foreach (var slow in new[] { false, true })
            {
                await field.AddAsync(slow);
            }

            return field;
        }
        catch
        {
            await field.DisposeAsync();
            throw;
        }
    }

    /// <summary>A server with a project and connected accounts, and with telemetry as operators have it, unless it is said to be silent.</summary>
    public async Task<Node> StartNodeAsync(
        string name, string database, Uri upstream, IReadOnlyDictionary<string, string>? more = null, bool silent = false, int? accounts = null)
    {
        var telemetry = silent ? [] : new Dictionary<string, string>
        {
            [Node.MetricsSetting] = Measured.FreeUrl().ToString(),
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _sink!.ToString(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        };
        var settings = telemetry.Concat(more ?? new Dictionary<string, string>()).ToDictionary();
        var node = await Node.StartAsync(database, upstream, ServerCore, accounts ?? options.Accounts, Path.Combine(folder, name), settings);
        _running.Add(node);
        if (database.Length > 0)
        {
            await PostgresFigures.AnalyzeAsync(database);
        }

        return node;
    }

    /// <summary>One more process of a node, as operators scale out.</summary>
    public async Task<Measured> StartBesideAsync(Node node)
    {
        var process = await node.StartBesideAsync();
        _running.Add(process);
        return process;
    }

    public async Task<Uri> StartUpstreamAsync(int delayMs) =>
        (await StartSelfAsync(SharedCore, url => ["upstream", url.ToString(), delayMs.ToString(CultureInfo.InvariantCulture)])).Process.Url;

    public static async Task<string> CreateDatabaseAsync() => await (await PostgresCluster.GetAsync()).CreateDatabaseAsync();

    /// <summary>One window of wrk's load on a variant.</summary>
    public static Task<Window> LoadAsync(Variant variant, int connections, int seconds) =>
        Wrk.RunAsync(variant.Url, variant.Script, connections, seconds, SharedCore);

    public static Task<Window> LoadAsync(Node node, string script, int connections, int seconds) =>
        Wrk.RunAsync(node.Process.Url, script, connections, seconds, SharedCore);

    public Variant Fast(string name) => Variants.Single(v => v.Name == name && !v.Slow);

    public Generator StartGenerator(Node node, params IEnumerable<Uri> urls) => Generator.Start(SharedCore, node.Key, options.Accounts, urls);

    /// <summary>Stops what a part starts, when the part is over: what idles beside a server under measurement takes of its core.</summary>
    public IDisposable StopsWhatStartsFromNow() => new Stopping(this, _running.Count);

    public ValueTask DisposeAsync()
    {
        StopDownTo(0);
        return ValueTask.CompletedTask;
    }

    private void StopDownTo(int count)
    {
        while (_running.Count > count)
        {
            _running[^1].Dispose();
            _running.RemoveAt(_running.Count - 1);
        }
    }

    private async Task AddAsync(bool slow)
    {
        var here = Directory.CreateDirectory(Path.Combine(folder, slow ? "slow" : "fast")).FullName;
        var get = Path.Combine(here, "get.lua");
        await File.WriteAllTextAsync(get, Wrk.GetScript("/api/mail/messages/m1"));
        var (upstream, _) = await StartSelfAsync(SharedCore, url => ["upstream", url.ToString(), slow ? "20" : "0"]);
        var (forwarder, after) = await StartSelfAsync(ServerCore, url => ["forward", url.ToString(), upstream.Url.ToString()]);
        Add(Direct, upstream, get, slow);
        Add(Forward, forwarder, get, slow);
        var nginx = await NginxServer.StartAsync(here, upstream.Url, ServerCore);
        _running.Add(nginx);
        Variants.Add(new Variant { Name = Nginx, Url = nginx.Url, Script = get, Slow = slow, CpuMs = () => nginx.CpuMs });
        Starts.Add((Forward, after));

        await AddNodeAsync(Sqlite, "", upstream.Url, slow);
        await AddNodeAsync(Postgres, await CreateDatabaseAsync(), upstream.Url, slow);
    }

    private async Task AddNodeAsync(string name, string database, Uri upstream, bool slow)
    {
        var node = await StartNodeAsync(Path.Combine(slow ? "slow" : "fast", database.Length == 0 ? "sqlite" : "postgres"), database, upstream);
        Starts.Add((name, node.StartedAfter));
        Nodes[name + (slow ? ", slow" : "")] = node;
        var script = await node.WriteScriptAsync("execute", Wrk.ExecuteScript(node.Key, Node.Tool, options.Accounts));
        Variants.Add(new Variant
        {
            Name = name,
            Url = node.Process.Url,
            Script = script,
            Slow = slow,
            CpuMs = () => node.Process.CpuMs,
            DatabaseCpuMs = database.Length == 0 ? () => 0 : PostgresFigures.CpuMs,
            CountsAsync = database.Length == 0 ? async () => (0, await node.CountCommitsAsync()) : () => PostgresFigures.CountAsync(database),
        });
    }

    private void Add(string name, Measured process, string script, bool slow) =>
        Variants.Add(new Variant { Name = name, Url = process.Url, Script = script, Slow = slow, CpuMs = () => process.CpuMs });

    /// <summary>Starts another part of this program.</summary>
    private async Task<(Measured Process, TimeSpan After)> StartSelfAsync(string core, Func<Uri, string[]> arguments)
    {
        var url = Measured.FreeUrl();
        var self = Path.Combine(AppContext.BaseDirectory, "behalf-bench.dll");
        var started = await Measured.StartAsync(url, core, "dotnet", [self, .. arguments(url)]);
        _running.Add(started.Process);
        return started;
    }

    private sealed class Stopping(Field field, int count) : IDisposable
    {
        public void Dispose() => field.StopDownTo(count);
    }
}
