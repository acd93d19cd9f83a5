using System.Globalization;
using System.Text;
using Behalf.Bench.Parts;

namespace Behalf.Bench;

/// <summary>The figures as a page: medians, spread, ratios to the forwarder of the same rounds, and the goals.</summary>
internal static class Report
{
    public static string Write(IReadOnlyList<Finding> findings, Field field)
    {
        var options = field.Options;
        var page = new StringBuilder();
        page.AppendLine(CultureInfo.InvariantCulture, $"""
            # Figures

            Written by `bench/run` on {TimeProvider.System.GetUtcNow():yyyy-MM-dd}: {Environment.ProcessorCount} cores, {Processor()}. The server under
            measurement has one core; load generator, upstream and database share the other. {options.Rounds} rounds of {options.Seconds} s for
            each variant in turns; {options.Accounts} users, one at random for each call. Ratios are medians of the rounds' own ratios to the bare
            forwarder, with the middle half in brackets. A call is the real one: key, account, policy, schema, credential opened, egress guard,
            scrubbed answer, event durable before the answer, numbers and traces sent to a collector.
            """);
        foreach (var series in field.Series.GroupBy(s => s.Load))
        {
            Table(page, [.. series], series.Key);
        }

        page.AppendLine("\n## Goals\n\n| figure | reached | at least, or at most | aim | |\n| --- | --: | --: | --: | --- |");
        foreach (var finding in findings)
        {
            Rows(page, finding);
        }

        page.AppendLine("\n## Start\n\n| | first answer after ms |\n| --- | --: |");
        foreach (var group in field.Starts.GroupBy(s => s.Name))
        {
            page.AppendLine(CultureInfo.InvariantCulture, $"| {group.Key} | {group.Min(s => s.After.TotalMilliseconds):F0} |");
        }

        return page.ToString();
    }

    private static void Rows(StringBuilder page, Finding finding)
    {
        foreach (var goal in finding.Goals)
        {
            page.AppendLine(CultureInfo.InvariantCulture,
                $"| {goal.Figure} | {goal.Reached:0.##} | {(goal.Most ? "≤ " : "")}{goal.Least:0.##} | {goal.Aim:0.##} | {(goal.IsReached ? "" : "below goal")} |");
        }

        if (finding.Failure is { } failure)
        {
            page.AppendLine(CultureInfo.InvariantCulture, $"| {finding.Part.Name}: {finding.Part.Measures} | failed: {failure.Replace('|', '/')} | | | below goal |");
        }
    }

    private static void Table(StringBuilder page, IReadOnlyList<Series> series, Load load)
    {
        page.AppendLine(CultureInfo.InvariantCulture, $"""

            ## {load}

            | | calls/s | to forwarder | p50 µs | p99 µs | CPU µs/call | database | to forwarder | round trips/call | syncs/call | errors |
            | --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |
            """);
        var forwarder = series.Single(s => s.Variant.Name == Field.Forward);
        foreach (var one in series)
        {
            var (ratio, low, high) = one.Ratio(forwarder, s => s.Window.RequestsPerSecond);
            var cpu = one.Ratio(forwarder, UnderLoad.Cpu).Median;
            page.AppendLine(CultureInfo.InvariantCulture,
                $"| {one.Variant.Name} | {one.Median(s => s.Window.RequestsPerSecond):F0} | {ratio:F2} [{low:F2}–{high:F2}] | {one.Median(s => s.Window.P50Us):F0} | {one.Median(s => s.Window.P99Us):F0} | {one.Median(s => s.CpuUsPerCall):F1} | {one.Median(s => s.DatabaseCpuUsPerCall):F1} | {cpu:F2} | {one.Median(s => s.RoundTripsPerCall):F2} | {one.Median(s => s.SyncsPerCall):F3} | {one.Errors} |");
        }
    }

    private static string Processor() => File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown";
}
