namespace Behalf.Bench.Parts;

/// <summary>Numbers, and a tenth of the requests as traces, which is the default; beside a server that tells nothing and logs
/// nothing.</summary>
internal static class TelemetryCost
{
    private const int Connections = 64;

    public static async IAsyncEnumerable<Goal> MeasureAsync(Field field)
    {
        var options = field.Options;

        // The default is a minute, which most windows would not see.
        var telling = await StartAsync("telling", "OTEL_METRIC_EXPORT_INTERVAL", "1000", silent: false);
        var silent = await StartAsync("silent", "Logging__LogLevel__Default", "None", silent: true);
        var ratio = await InTurns.RatioAsync(
            options,
            () => Field.LoadAsync(telling.Node, telling.Script, Connections, options.Seconds),
            () => Field.LoadAsync(silent.Node, silent.Script, Connections, options.Seconds));
        yield return new Goal("SQLite: calls with telemetry and logs to calls without", ratio(w => w.RequestsPerSecond), 0.90, 0.95);

        async Task<(Node Node, string Script)> StartAsync(string name, string setting, string value, bool silent)
        {
            var node = await field.StartNodeAsync(name, "", field.Upstream, new Dictionary<string, string> { [setting] = value }, silent: silent);
            return (node, await node.WriteScriptAsync("execute", Wrk.ExecuteScript(node.Key, Node.Tool, options.Accounts)));
        }
    }
}
