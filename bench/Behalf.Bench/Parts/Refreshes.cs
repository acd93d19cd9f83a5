namespace Behalf.Bench.Parts;

/// <summary>Renewals that somebody asked for: claimed, sent, sealed and stored before the answer. Beside calls in turns.</summary>
internal static class Refreshes
{
    private const int Connections = 64;

    public static async IAsyncEnumerable<Goal> MeasureAsync(Field field)
    {
        var options = field.Options;
        foreach (var name in new[] { Field.Sqlite, Field.Postgres })
        {
            var node = field.Nodes[name];
            var config = await node.CreateConfigAsync("S2S_OAUTH2");
            var ids = await node.ConnectAsync(
                config, options.Accounts, "S2S_OAUTH2", i => new { client_id = $"client-{i}", client_secret = $"secret-{i}" });
            var script = await node.WriteScriptAsync("refresh", Wrk.RefreshScript(node.Key, ids));
            var ratio = await InTurns.RatioAsync(
                options,
                () => Field.LoadAsync(node, script, Connections, options.Seconds),
                () => Field.LoadAsync(node, field.Fast(name).Script, Connections, options.Seconds));
            yield return new Goal($"{name}: durable refreshes to calls", ratio(w => w.RequestsPerSecond), 0.35, 0.45);
        }
    }
}
