using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using Behalf.Tests.Support;

namespace Behalf.Tests.Hosting.Exports;

/// <summary>The dashboard, the alert rules and the guide name what the server exposes, or they would go blind unnoticed.</summary>
public sealed partial class DashboardTests
{
    private static readonly string Alerts = Path.Combine(Repository.Root, "deploy", "prometheus", "alerts.yml");
    private static readonly string Dashboard = Path.Combine(Repository.Root, "deploy", "grafana", "behalf.json");
    private static readonly string Guide = Path.Combine(Repository.Root, "docs", "telemetry.md");

    [Fact]
    public async Task Every_metric_and_label_that_they_name_is_exposed()
    {
        var (embedded, server) = (await TelemetryRun.OnAsync("sqlite"), await TelemetryRun.OnAsync("postgres"));
        var exposed = embedded.Scrape.SampleNames.Union(server.Scrape.SampleNames).Union(embedded.Scrape.LabelNames).Union(server.Scrape.LabelNames).ToHashSet();
        foreach (var file in new[] { Alerts, Dashboard })
        {
            var named = Word().Matches(File.ReadAllText(file)).Select(m => m.Value).Distinct().ToList();
            Assert.True(named.Count > 20, file);
            Assert.Empty(named.Except(exposed));
        }
    }

    [Fact]
    public async Task The_dashboard_shows_all_of_our_own()
    {
        var run = await TelemetryRun.OnAsync("sqlite");
        var shown = File.ReadAllText(Dashboard);
        Assert.Empty(run.Scrape.Names.Where(name => name.StartsWith("behalf_", StringComparison.Ordinal) && !shown.Contains(name, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_guide_lists_all_of_our_own_and_no_others()
    {
        var exposed = (await TelemetryRun.OnAsync("sqlite")).SentMetrics.Where(name => name.StartsWith("behalf.", StringComparison.Ordinal)).Order();
        Assert.Equal(exposed, Row().Matches(await File.ReadAllTextAsync(Guide)).Select(m => m.Groups[1].Value).Order());
    }

    [Theory, OnBothEngines]
    public async Task The_guide_has_every_span(string engine)
    {
        var run = await TelemetryRun.OnAsync(engine);
        var guide = await File.ReadAllTextAsync(Guide);
        var steps = run.Spans.Where(span => span.Kind == 1).Select(span => span.Name.StartsWith("execute_tool", StringComparison.Ordinal) ? "execute_tool" : span.Name);
        Assert.Empty(steps.Distinct().Where(name => !guide.Contains("`" + name, StringComparison.Ordinal)));
        Assert.Empty(run.Spans.SelectMany(span => span.Attributes.Keys).Distinct().Where(name => !guide.Contains($"`{name}`", StringComparison.Ordinal)));
    }

    [Fact]
    public void Each_alert_says_what_is_the_matter_and_what_to_do()
    {
        var alerts = File.ReadAllText(Alerts).Split("- alert: ")[1..];
        Assert.True(alerts.Length > 10);
        foreach (var alert in alerts)
        {
            Assert.Matches(@"(?m)^ +summary: ""?.{20,}\.""?$", alert);
            Assert.Matches(@"(?m)^ +action: .{60,}\.$", alert);
        }
    }

    [Fact]
    public void Refusals_that_they_watch_for_exist()
    {
        var slugs = typeof(Refusal).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => field.GetValue(null)).OfType<Refusal>().Select(refusal => refusal.Slug).ToHashSet();
        var watched = Watched().Matches(File.ReadAllText(Alerts)).Select(m => m.Groups[1].Value).ToList();
        Assert.NotEmpty(watched);
        Assert.Empty(watched.Except(slugs));
    }

    [Fact]
    public async Task Prometheus_takes_the_rules()
    {
        Assert.Contains("SUCCESS", await PromtoolAsync(null, "check", "rules", Alerts), StringComparison.Ordinal);
    }

    [Theory, OnBothEngines]
    public async Task Prometheus_takes_what_is_exposed(string engine)
    {
        var scrape = (await TelemetryRun.OnAsync(engine)).Scrape;
        var objections = (await PromtoolAsync(scrape.Text, "check", "metrics")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        // The framework's names of its own numbers are not ours to choose.
        Assert.Empty(objections.Where(line => !line.StartsWith("dotnet_", StringComparison.Ordinal) && !line.StartsWith("db_", StringComparison.Ordinal)));
    }

    private static async Task<string> PromtoolAsync(string? input, params string[] arguments)
    {
        var own = Path.Combine(Repository.Root, "artifacts", "promtool");
        var start = new ProcessStartInfo(File.Exists(own) ? own : "promtool", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        return await process.StandardError.ReadToEndAsync() + await output;
    }

    /// <summary>Names of metrics and labels, as queries have them.</summary>
    [GeneratedRegex("\\b(behalf|http|kestrel|dotnet|db)_[a-z_]+\\b")]
    private static partial Regex Word();

    [GeneratedRegex(@"(?m)^\| `(behalf\.[a-z.]+)` \|")]
    private static partial Regex Row();

    [GeneratedRegex("behalf_refusals_total\\{behalf_reason=\"([^\"]+)\"")]
    private static partial Regex Watched();
}
