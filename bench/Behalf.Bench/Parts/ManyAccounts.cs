using System.Globalization;

namespace Behalf.Bench.Parts;

/// <summary>Calls for users at random among very many: what a collection holds them up, and how many there are beside those among a few.</summary>
internal static class ManyAccounts
{
    private const int Connections = 64;
    private const int PauseSeconds = 60;

    // What the writer of the embedded database takes.
    private const int FilledPerSecond = 5000;

    public static int Seconds(BenchOptions options) => InTurns.Seconds(options) + PauseSeconds + (options.Many / FilledPerSecond);

    public static async IAsyncEnumerable<Goal> MeasureAsync(Field field)
    {
        var options = field.Options;
        var name = string.Create(CultureInfo.InvariantCulture, $"SQLite, {options.Many:N0} accounts");
        var among = string.Create(CultureInfo.InvariantCulture, $"to {options.Accounts:N0}");
        var many = await field.StartNodeAsync("many", "", field.Upstream);
        await Fill.AccountsAsync(many.Folder, options.Accounts + 1, options.Many);
        await many.RestartAsync();
        var script = await many.WriteScriptAsync("many", Wrk.ExecuteScript(many.Key, Node.Tool, options.Many));
        // First, and apart from the windows: watching costs something, and the other node has been under load for minutes, so that all that
        // is hot in it is compiled.
        var pauses = await Pauses.WhileAsync(many.Process, Field.LoadAsync(many, script, Connections, PauseSeconds));
        yield return new Goal(
            $"{name}: longest of {pauses.Count} pauses for collection ({pauses.OfWholeHeap} collections of the whole heap), ms",
            pauses.Longest.TotalMilliseconds, 20, 5, Most: true);

        var few = field.Nodes[Field.Sqlite];
        var ratio = await InTurns.RatioAsync(
            options,
            () => Field.LoadAsync(many, script, Connections, options.Seconds),
            () => Field.LoadAsync(few, field.Fast(Field.Sqlite).Script, Connections, options.Seconds));
        yield return new Goal($"{name} {among}: calls", ratio(w => w.RequestsPerSecond), 0.93, 0.97);
        yield return new Goal($"{name} {among}: p99", ratio(w => w.P99Us), 1.15, 1.05, Most: true);
        yield return new Goal($"{name}: resident MB under load", many.Process.ResidentBytes / 1e6, 350, 250, Most: true);
    }
}
