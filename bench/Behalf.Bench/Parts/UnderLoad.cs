using System.Globalization;

namespace Behalf.Bench.Parts;

/// <summary>All variants under one load in turns: in each round every variant gets one window, so that a slow minute of the
/// machine is everybody's.</summary>
internal static class UnderLoad
{
    private const int Variants = 5;

    public static int Seconds(BenchOptions options) => Variants * (options.WarmUp + (options.Rounds * options.Seconds));

    public static async IAsyncEnumerable<Goal> MeasureAsync(Field field, Load load)
    {
        var series = field.Variants.Where(v => v.Slow == load.Slow).Select(v => new Series(v, load)).ToList();
        foreach (var one in series)
        {
            await WindowAsync(one, field.Options.WarmUp);
        }

        for (var round = 0; round < field.Options.Rounds; round++)
        {
            foreach (var one in series)
            {
                one.Add(await WindowAsync(one, field.Options.Seconds));
            }
        }

        field.Series.AddRange(series);
        var forwarder = series.Single(s => s.Variant.Name == Field.Forward);
        foreach (var goal in new[] { Field.Sqlite, Field.Postgres }.SelectMany(name => Goals(series.Single(s => s.Variant.Name == name), forwarder)))
        {
            yield return goal;
        }
    }

    public static double Cpu(Sample sample) => sample.CpuUsPerCall + sample.DatabaseCpuUsPerCall;

    private static IEnumerable<Goal> Goals(Series mine, Series forwarder)
    {
        var (name, load) = (mine.Variant.Name, mine.Load);
        if (load.Connections == 1)
        {
            var sync = Disk.SyncUs;
            yield return new Goal(
                string.Create(CultureInfo.InvariantCulture, $"{name}, {load}: p50 added beyond one sync of the disk ({sync:F0} µs), µs"),
                mine.Median(s => s.Window.P50Us) - forwarder.Median(s => s.Window.P50Us) - sync, 250, 100, Most: true);
            yield break;
        }

        var (least, aim) = (name, load) switch
        {
            (_, { Slow: true }) => (0.80, 0.92),
            (Field.Sqlite, { Connections: 64 }) => (0.35, 0.50),
            (Field.Sqlite, _) => (0.45, 0.60),
            (_, { Connections: 64 }) => (0.38, 0.50),
            _ => (0.48, 0.60),
        };
        yield return new Goal($"{name}, {load}: calls to forwarder's", mine.Ratio(forwarder, s => s.Window.RequestsPerSecond).Median, least, aim);
        yield return new Goal($"{name}, {load}: CPU to forwarder's", mine.Ratio(forwarder, Cpu).Median, 2.5, 2.0, Most: true);
        yield return new Goal($"{name}, {load}: syncs per call", mine.Median(s => s.SyncsPerCall), 0.10, 0.04, Most: true);
        yield return new Goal($"{name}, {load}: round trips per call", mine.Median(s => s.RoundTripsPerCall), 1, 0.2, Most: true);
    }

    private static async Task<Sample> WindowAsync(Series one, int seconds)
    {
        var variant = one.Variant;
        var (trips, syncs) = await variant.CountsAsync();
        var (cpu, databaseCpu) = (variant.CpuMs(), variant.DatabaseCpuMs());
        var window = await Field.LoadAsync(variant, one.Load.Connections, seconds);
        var (cpuAfter, databaseCpuAfter) = (variant.CpuMs(), variant.DatabaseCpuMs());
        var (tripsAfter, syncsAfter) = await variant.CountsAsync();
        return new Sample
        {
            Window = window,
            CpuUsPerCall = (cpuAfter - cpu) * 1000 / window.Requests,
            DatabaseCpuUsPerCall = (databaseCpuAfter - databaseCpu) * 1000 / window.Requests,
            RoundTripsPerCall = (double)(tripsAfter - trips) / window.Requests,
            SyncsPerCall = (double)(syncsAfter - syncs) / window.Requests,
        };
    }
}
