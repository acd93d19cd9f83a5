using Behalf.Tests.Support;

namespace Behalf.Bench;

/// <summary>Starts everything on loopback, one server at a time on a core of its own, and measures the variants in turns: in each
/// round every variant gets one window, so that a slow minute of the machine is everybody's.</summary>
internal static class Benchmark
{
    // The server under measurement has one core; load, upstream and database share the other.
    private const string ServerCore = "0";
    private const string OtherCore = "1";

    public static async Task<int> RunAsync(BenchOptions options)
    {
        PostgresCluster.Durable = true;
        var folder = Directory.CreateTempSubdirectory("behalf-bench-").FullName;
        try
        {
            await using var field = await Field.StartAsync(folder, options, ServerCore, OtherCore);
            var series = new List<Series>();
            foreach (var load in Load.All)
            {
                await Console.Error.WriteLineAsync($"{load.Connections} connections{(load.Slow ? ", slow upstream" : "")}");
                series.AddRange(await MeasureAsync(field, load, options));
            }

            var goals = await new Extras(field, options, ServerCore, OtherCore).MeasureAsync(folder);
            var report = Report.Write(series, goals, field, options);
            await File.WriteAllTextAsync(Path.Combine(Repository.Root, "bench", "RESULTS.md"), report);
            Console.WriteLine(report);
            return 0;
        }
        finally
        {
            await PostgresCluster.StopSharedAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<Series>> MeasureAsync(Field field, Load load, BenchOptions options)
    {
        var series = field.Variants.Where(v => v.Slow == load.Slow).Select(v => new Series(v, load)).ToList();
        foreach (var one in series)
        {
            await WindowAsync(one, options.WarmUp);
        }

        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var one in series)
            {
                one.Add(await WindowAsync(one, options.Seconds));
            }
        }

        return series;
    }

    private static async Task<Sample> WindowAsync(Series one, int seconds)
    {
        var variant = one.Variant;
        var (trips, syncs) = await variant.CountsAsync();
        var (cpu, databaseCpu) = (variant.CpuMs(), variant.DatabaseCpuMs());
        var window = await Wrk.RunAsync(variant.Url, variant.Script, one.Load.Connections, seconds, OtherCore);
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

internal sealed record Load(int Connections, bool Slow)
{
    public static IReadOnlyList<Load> All { get; } = [new(1, false), new(64, false), new(256, false), new(512, true)];
}
