using System.Diagnostics;
using Behalf.Tests.Support;

namespace Behalf.Bench;

/// <summary>What the windows under load do not show: memory, starts, refreshes, very many accounts, the cost of telemetry, overload.</summary>
internal sealed class Extras(Field field, BenchOptions options, string core, string otherCore)
{
    private const int Connections = 64;
    private const int Million = 1_000_000;

    private readonly List<Goal> _goals = [];

    public async Task<IReadOnlyList<Goal>> MeasureAsync(string folder)
    {
        await RefreshesAsync();
        Memory();
        await MillionAsync(Path.Combine(folder, "million"));
        await StartsAsync(folder);
        await TelemetryAsync(folder);
        _goals.AddRange(await new Overload(field, options, core, otherCore).MeasureAsync(Path.Combine(folder, "overload")));
        return _goals;
    }

    /// <summary>Renewals that somebody asked for: claimed, sent, sealed and stored before the answer. Beside calls in turns.</summary>
    private async Task RefreshesAsync()
    {
        foreach (var name in new[] { Field.Sqlite, Field.Postgres })
        {
            var node = field.Nodes[name];
            var config = await node.CreateConfigAsync("S2S_OAUTH2");
            var ids = await node.ConnectAsync(config, options.Accounts, "S2S_OAUTH2", i => new { client_id = $"client-{i}", client_secret = $"secret-{i}" });
            var script = Path.Combine(node.Folder, "refresh.lua");
            await File.WriteAllTextAsync(script, Wrk.RefreshScript(node.Key, ids));
            var ratio = await InTurnsAsync(
                () => Wrk.RunAsync(node.Process.Url, script, Connections, options.Seconds, otherCore),
                () => Wrk.RunAsync(node.Process.Url, field.ScriptOf(name), Connections, options.Seconds, otherCore));
            _goals.Add(new Goal($"{name}: durable refreshes to calls", ratio(w => w.RequestsPerSecond), 0.35, 0.45));
        }
    }

    private void Memory()
    {
        foreach (var name in new[] { Field.Sqlite, Field.Postgres })
        {
            _goals.Add(new Goal($"{name}: resident MB, idle", field.Nodes[name].IdleBytes / 1e6, 110, 90, Most: true));
            _goals.Add(new Goal($"{name}: resident MB, under load", field.Nodes[name].Process.ResidentBytes / 1e6, 200, 150, Most: true));
        }
    }

    /// <summary>Calls for users at random among a million, beside the same among a thousand.</summary>
    private async Task MillionAsync(string folder)
    {
        var node = await Node.StartAsync("", field.Upstream, core, options.Accounts, folder);
        field.Own(node);
        await Console.Error.WriteLineAsync("a million accounts");
        await Fill.AccountsAsync(folder, options.Accounts + 1, Million);
        await node.RestartAsync();
        var script = Path.Combine(folder, "million.lua");
        await File.WriteAllTextAsync(script, Wrk.ExecuteScript(node.Key, Node.Tool, Million));
        var few = field.Nodes[Field.Sqlite];
        var ratio = await InTurnsAsync(
            () => Wrk.RunAsync(node.Process.Url, script, Connections, options.Seconds, otherCore),
            () => Wrk.RunAsync(few.Process.Url, field.ScriptOf(Field.Sqlite), Connections, options.Seconds, otherCore));
        _goals.Add(new Goal("SQLite, 1,000,000 accounts to 1,000: calls", ratio(w => w.RequestsPerSecond), 0.93, 0.97));
        _goals.Add(new Goal("SQLite, 1,000,000 accounts to 1,000: p99", ratio(w => w.P99Us), 1.15, 1.05, Most: true));
        _goals.Add(new Goal("SQLite, 1,000,000 accounts: resident MB under load", node.Process.ResidentBytes / 1e6, 350, 250, Most: true));
    }

    /// <summary>A tenth of the requests as traces, which is the default, and numbers; beside a server that tells nothing and logs
    /// nothing.</summary>
    private async Task TelemetryAsync(string folder)
    {
        var (sink, _) = await field.StartSelfAsync(otherCore, url => ["sink", url.ToString()]);
        var telling = await StartAsync("telling", new Dictionary<string, string>
        {
            ["BEHALF_METRICS"] = Measured.FreeUrl().ToString(),
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = sink.Url.ToString(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",

            // The default is a minute, which most windows would not see.
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "1000",
        });
        var silent = await StartAsync("silent", new Dictionary<string, string> { ["Logging__LogLevel__Default"] = "None" });
        var ratio = await InTurnsAsync(
            () => Wrk.RunAsync(telling.Node.Process.Url, telling.Script, Connections, options.Seconds, otherCore),
            () => Wrk.RunAsync(silent.Node.Process.Url, silent.Script, Connections, options.Seconds, otherCore));
        _goals.Add(new Goal("SQLite: calls with telemetry and logs to calls without", ratio(w => w.RequestsPerSecond), 0.90, 0.95));

        async Task<(Node Node, string Script)> StartAsync(string name, IReadOnlyDictionary<string, string> settings)
        {
            var node = await Node.StartAsync("", field.Upstream, core, options.Accounts, Path.Combine(folder, name), settings);
            field.Own(node);
            var script = Path.Combine(folder, name, "execute.lua");
            await File.WriteAllTextAsync(script, Wrk.ExecuteScript(node.Key, Node.Tool, options.Accounts));
            return (node, script);
        }
    }

    /// <summary>From the start of the process to the first call that brought the upstream's answer.</summary>
    private async Task StartsAsync(string folder)
    {
        var forwarder = field.Starts.Where(s => s.Name == Field.Forward).Min(s => s.After).TotalMilliseconds;
        var toolkits = LargeCatalogue.Write(Path.Combine(folder, "toolkits"), Repository.Root);
        var plain = await FastestAsync(null);
        var large = await FastestAsync(new Dictionary<string, string> { ["BEHALF_TOOLKITS"] = toolkits });
        _goals.Add(new Goal("SQLite: start to the first call, to the forwarder's first answer", plain / forwarder, 2.5, 1.5, Most: true));
        _goals.Add(new Goal($"SQLite: {LargeCatalogue.Tools:N0} tools more, seconds more", (large - plain) / 1000, 0.5, 0.2, Most: true));

        async Task<double> FastestAsync(IReadOnlyDictionary<string, string>? more)
        {
            var fastest = double.MaxValue;
            for (var i = 0; i < 5; i++)
            {
                fastest = Math.Min(fastest, (await field.Nodes[Field.Sqlite].RestartAsync(more)).TotalMilliseconds);
            }

            return fastest;
        }
    }

    /// <summary>The median of the rounds' own ratios of one to the other.</summary>
    private async Task<Func<Func<Window, double>, double>> InTurnsAsync(Func<Task<Window>> one, Func<Task<Window>> other)
    {
        var rounds = new List<(Window One, Window Other)>();
        for (var warm = Stopwatch.StartNew(); warm.Elapsed < TimeSpan.FromSeconds(options.WarmUp);)
        {
            await one();
        }

        for (var round = 0; round < options.Rounds; round++)
        {
            rounds.Add((await one(), await other()));
        }

        var errors = rounds.Sum(r => r.One.Errors + r.Other.Errors);
        return errors == 0
            ? of => Series.Middle(rounds.Select(r => of(r.One) / of(r.Other)))
            : throw new InvalidOperationException($"{errors} requests failed.");
    }
}
