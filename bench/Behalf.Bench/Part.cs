using Behalf.Bench.Parts;

namespace Behalf.Bench;

/// <summary>Something that is measured by itself, and can fail by itself.</summary>
/// <param name="Name">For <c>--only</c>.</param>
/// <param name="Measures">What, for people.</param>
/// <param name="Seconds">How long it takes, about.</param>
/// <param name="MeasureAsync">Gives each figure as soon as it has it: those before a failure are kept.</param>
internal sealed record Part(
    string Name, string Measures, Func<BenchOptions, int> Seconds, Func<Field, IAsyncEnumerable<Goal>> MeasureAsync)
{
    /// <summary>For upstreams, forwarders and servers to start and the first accounts to be connected.</summary>
    public const int SecondsToStart = 60;

    /// <summary>In the order in which they are measured: those that restart a server are the last.</summary>
    public static IReadOnlyList<Part> All { get; } =
    [
        .. Load.All.Select(load => new Part(
            load.Name, $"calls beside the forwarder, nginx and the upstream: {load}", UnderLoad.Seconds, field => UnderLoad.MeasureAsync(field, load))),
        new("memory", "resident memory, idle and under load", o => 2 * o.WarmUp, Memory.MeasureAsync),
        new("refreshes", "durable refreshes beside calls", o => 30 + (2 * InTurns.Seconds(o)), Refreshes.MeasureAsync),
        new("links", "accounts connected through the Connect page beside the forwarder", InTurns.Seconds, Links.MeasureAsync),
        new("expired", "a thousand callers on an expired account over two nodes", _ => 15, ExpiredAccount.MeasureAsync),
        new("steady-postgres", "two nodes on PostgreSQL, 500 calls/s in open loop", Steady.Seconds, Steady.OnPostgresAsync),
        new("steady-sqlite", "one node on SQLite, 200 calls/s in open loop", Steady.Seconds, Steady.OnSqliteAsync),
        new("overload-processor", "1, 2 and 10 times what the processor can do, in open loop", Overload.Seconds, Overload.OfProcessorAsync),
        new("overload-places", "1, 2 and 10 times what the places for calls can do, in open loop", Overload.Seconds, Overload.OfPlacesAsync),
        new("telemetry", "calls with telemetry and logs beside calls without", o => InTurns.Seconds(o) + 20, TelemetryCost.MeasureAsync),
        new("million", "a million accounts beside a thousand, and pauses for collection", ManyAccounts.Seconds, ManyAccounts.MeasureAsync),
        new("start", "start to the first call, and with ten thousand tools", _ => 30, Starts.MeasureAsync),
    ];

    public static IEnumerable<Part> Chosen(BenchOptions options) =>
        options.Only.FirstOrDefault(name => All.All(part => part.Name != name)) is { } unknown
            ? throw new UsageException($"There is no part {unknown}.")
            : All.Where(part => options.Only.Count == 0 || options.Only.Contains(part.Name));
}
