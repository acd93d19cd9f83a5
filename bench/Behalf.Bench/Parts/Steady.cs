using System.Globalization;
using Behalf.Bench.Offering;

namespace Behalf.Bench.Parts;

/// <summary>An even load well below what the servers can do, offered whether they answer or not: what they add to the provider's
/// own time, whether any call fails, and whether memory stays.</summary>
internal static class Steady
{
    private const int Connections = 512;

    /// <summary>Of the peak, where that is too near to the rate wanted.</summary>
    private const double PartOfPeak = 0.7;

    public static int Seconds(BenchOptions options) => options.SteadySeconds + (2 * options.WarmUp) + 10;

    public static async IAsyncEnumerable<Goal> OnPostgresAsync(Field field)
    {
        var node = await field.StartNodeAsync("steady-postgres", await Field.CreateDatabaseAsync(), field.SlowUpstream);
        var other = await field.StartBesideAsync(node);
        await foreach (var goal in MeasureAsync(field, "two nodes on PostgreSQL", node, [node.Process, other], 500))
        {
            yield return goal;
        }
    }

    public static async IAsyncEnumerable<Goal> OnSqliteAsync(Field field)
    {
        var node = await field.StartNodeAsync("steady-sqlite", "", field.SlowUpstream);
        await foreach (var goal in MeasureAsync(field, "SQLite", node, [node.Process], 200))
        {
            yield return goal;
        }
    }

    private static async IAsyncEnumerable<Goal> MeasureAsync(Field field, string name, Node node, IReadOnlyList<Measured> processes, double wanted)
    {
        var options = field.Options;
        using var generator = field.StartGenerator(node, processes.Select(process => process.Url));
        var peak = (await generator.OfferAsync(new Order { AtOnce = 64, Seconds = options.WarmUp })).DonePerSecond;
        var rate = Math.Min(wanted, PartOfPeak * peak);
        await generator.OfferAsync(new Order { PerSecond = rate, AtOnce = Connections, Seconds = options.WarmUp });
        var load = generator.OfferAsync(new Order { PerSecond = rate, AtOnce = Connections, Seconds = options.SteadySeconds });
        var memory = await Task.WhenAll(processes.Select(process => Memory.WhileAsync(load, process)));
        var offered = await load;

        yield return new Goal(Named("p50 added to the provider's time, ms"), offered.AddedP50Us / 1000, 5, Most: true);
        yield return new Goal(Named("p99 added to the provider's time, ms"), offered.AddedP99Us / 1000, 50, Most: true);
        yield return new Goal(Named("calls without the provider's answer"), offered.Failed + offered.Refused + offered.Unplaced, 0, Most: true);
        yield return new Goal(Named("growth of resident memory, %"), memory.Max(Growth) * 100, 10, Most: true);
        if (offered.Failure is not null)
        {
            throw new InvalidOperationException($"{offered.Failed} calls failed, the first: {offered.Failure}.");
        }

        string Named(string figure)
        {
            var instead = rate < wanted ? string.Create(CultureInfo.InvariantCulture, $" instead of {wanted}, the peak being {peak:F0},") : "";
            return string.Create(
                CultureInfo.InvariantCulture, $"{name}, {offered.SentPerSecond:F0} calls/s{instead} for {options.SteadySeconds} s: {figure}");
        }
    }

    /// <summary>From the first fifth of the time to the last; single samples have collections in them.</summary>
    private static double Growth(IReadOnlyList<long> bytes)
    {
        var fifth = Math.Max(1, bytes.Count / 5);
        return (Series.Middle(bytes.TakeLast(fifth).Select(b => (double)b)) / Series.Middle(bytes.Take(fifth).Select(b => (double)b))) - 1;
    }
}
