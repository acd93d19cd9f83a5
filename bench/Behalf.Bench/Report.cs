using System.Globalization;
using System.Text;

namespace Behalf.Bench;

/// <summary>The figures as a page: medians, spread, ratios to the forwarder of the same rounds, and the goals.</summary>
internal static class Report
{
    public static string Write(IReadOnlyList<Series> all, IReadOnlyList<Goal> more, Field field, BenchOptions options)
    {
        var page = new StringBuilder();
        page.AppendLine(CultureInfo.InvariantCulture, $"""
            # Figures

            Written by `bench/run` on {TimeProvider.System.GetUtcNow():yyyy-MM-dd}: {Environment.ProcessorCount} cores, {Processor()}. The server under
            measurement has one core; load generator, upstream and database share the other. {options.Rounds} rounds of {options.Seconds} s for
            each variant in turns; {options.Accounts} users, one at random for each call. Ratios are medians of the rounds' own ratios to the bare
            forwarder, with the middle half in brackets. A call is the real one: key, account, policy, schema, credential opened, egress guard,
            scrubbed answer, event durable before the answer.
            """);
        foreach (var load in Load.All)
        {
            Table(page, [.. all.Where(s => s.Load == load)], load);
        }

        page.AppendLine("\n## Goals\n\n| figure | reached | at least, or at most | aim | |\n| --- | --: | --: | --: | --- |");
        foreach (var goal in UnderLoad(all).Concat(more))
        {
            page.AppendLine(CultureInfo.InvariantCulture,
                $"| {goal.Figure} | {goal.Reached:0.##} | {(goal.Most ? "≤ " : "")}{goal.Least:0.##} | {goal.Aim:0.##} | {(goal.IsReached ? "" : "below goal")} |");
        }

        page.AppendLine("\n## Start\n\n| | first answer after ms |\n| --- | --: |");
        foreach (var group in field.Starts.GroupBy(s => s.Name))
        {
            page.AppendLine(CultureInfo.InvariantCulture, $"| {group.Key} | {group.Min(s => s.After.TotalMilliseconds):F0} |");
        }

        return page.ToString();
    }

    private static void Table(StringBuilder page, IReadOnlyList<Series> series, Load load)
    {
        page.AppendLine(CultureInfo.InvariantCulture, $"""

            ## {load.Connections} connection{(load.Connections > 1 ? "s" : "")}{(load.Slow ? ", upstream answers after 20 ms" : "")}

            | | calls/s | to forwarder | p50 µs | p99 µs | CPU µs/call | database | to forwarder | round trips/call | syncs/call | errors |
            | --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |
            """);
        var forwarder = series.Single(s => s.Variant.Name == Field.Forward);
        foreach (var one in series)
        {
            var (ratio, low, high) = one.Ratio(forwarder, s => s.Window.RequestsPerSecond);
            var cpu = one.Ratio(forwarder, Cpu).Median;
            page.AppendLine(CultureInfo.InvariantCulture,
                $"| {one.Variant.Name} | {one.Median(s => s.Window.RequestsPerSecond):F0} | {ratio:F2} [{low:F2}–{high:F2}] | {one.Median(s => s.Window.P50Us):F0} | {one.Median(s => s.Window.P99Us):F0} | {one.Median(s => s.CpuUsPerCall):F1} | {one.Median(s => s.DatabaseCpuUsPerCall):F1} | {cpu:F2} | {one.Median(s => s.RoundTripsPerCall):F2} | {one.Median(s => s.SyncsPerCall):F3} | {one.Errors} |");
        }
    }

    private static IEnumerable<Goal> UnderLoad(IReadOnlyList<Series> all)
    {
        foreach (var (name, connections, slow, least, aim) in new[]
        {
            (Field.Sqlite, 64, false, 0.35, 0.50), (Field.Sqlite, 256, false, 0.45, 0.60), (Field.Postgres, 64, false, 0.38, 0.50),
            (Field.Postgres, 256, false, 0.48, 0.60), (Field.Sqlite, 512, true, 0.80, 0.92), (Field.Postgres, 512, true, 0.80, 0.92),
        })
        {
            var (mine, forwarder) = Pair(all, name, connections, slow);
            yield return new Goal(
                $"{name}, {connections} connections{(slow ? ", slow upstream" : "")}: calls to forwarder's",
                mine.Ratio(forwarder, s => s.Window.RequestsPerSecond).Median, least, aim);
        }

        foreach (var name in new[] { Field.Sqlite, Field.Postgres })
        {
            var (mine, forwarder) = Pair(all, name, 64, false);
            yield return new Goal($"{name}, 64 connections: CPU to forwarder's", mine.Ratio(forwarder, Cpu).Median, 2.5, 2.0, Most: true);
            (mine, forwarder) = Pair(all, name, 1, false);
            var sync = Disk.SyncUs;
            yield return new Goal(
                string.Create(CultureInfo.InvariantCulture, $"{name}, 1 connection: p50 added beyond one sync of the disk ({sync:F0} µs), µs"),
                mine.Median(s => s.Window.P50Us) - forwarder.Median(s => s.Window.P50Us) - sync, 250, 100, Most: true);
        }

        var (postgres, _) = Pair(all, Field.Postgres, 64, false);
        yield return new Goal("PostgreSQL, 64 connections: round trips per call", postgres.Median(s => s.RoundTripsPerCall), 1, 0.2, Most: true);
        yield return new Goal("PostgreSQL, 64 connections: syncs per call", postgres.Median(s => s.SyncsPerCall), 0.10, 0.04, Most: true);
    }

    private static (Series Mine, Series Forwarder) Pair(IReadOnlyList<Series> all, string name, int connections, bool slow)
    {
        var load = new Load(connections, slow);
        return (all.Single(s => s.Load == load && s.Variant.Name == name), all.Single(s => s.Load == load && s.Variant.Name == Field.Forward));
    }

    private static double Cpu(Sample sample) => sample.CpuUsPerCall + sample.DatabaseCpuUsPerCall;

    private static string Processor() => File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown";
}
