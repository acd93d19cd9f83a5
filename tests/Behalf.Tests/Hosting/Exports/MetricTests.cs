using Behalf.Sandbox.Provider;
using Behalf.Tests.Support;

namespace Behalf.Tests.Hosting.Exports;

/// <summary>The numbers are those of what was done.</summary>
public sealed class MetricTests
{
    [Theory, OnBothEngines]
    public async Task Calls_are_counted_as_they_ended(string engine)
    {
        var scrape = (await TelemetryRun.OnAsync(engine)).Scrape;
        string[] tool = ["behalf_toolkit=\"sandbox\"", "behalf_mode=\"tool\""];
        Assert.Equal(5, scrape.Sum("behalf_calls_total", [.. tool, "behalf_outcome=\"success\""])); // three reads, a mail, one unrecorded
        Assert.Equal(2, scrape.Sum("behalf_calls_total", [.. tool, "behalf_outcome=\"failed\""]));
        Assert.Equal(1, scrape.Sum("behalf_call_failures_total", [.. tool, "behalf_reason=\"arguments\""]));
        Assert.Equal(1, scrape.Sum("behalf_calls_total", "behalf_toolkit=\"none\"", "behalf_outcome=\"refused\""));
        Assert.Equal(1, scrape.Sum("behalf_calls_total", "behalf_mode=\"proxy\"", "behalf_outcome=\"success\""));
        Assert.Equal(1, scrape.Sum("behalf_call_failures_total", "behalf_mode=\"proxy\"", "behalf_reason=\"4xx\""));
        Assert.Equal(scrape.Sum("behalf_calls_total"), scrape.Sum("behalf_call_duration_seconds_count"));
        Assert.Equal(7, scrape.Sum("behalf_upstream_request_duration_seconds_count", "behalf_purpose=\"call\"", "behalf_answer=\"2xx\"") + scrape.Sum("behalf_upstream_request_duration_seconds_count", "behalf_purpose=\"call\"", "behalf_answer=\"5xx\""));
    }

    [Theory, OnBothEngines]
    public async Task Refreshes_are_counted_as_they_ended(string engine)
    {
        var run = await TelemetryRun.OnAsync(engine);
        var scrape = run.Scrape;
        var renewed = scrape.Sum("behalf_refreshes_total", "behalf_outcome=\"renewed\"");
        Assert.True(renewed >= 3, "For a call, behind a lease, by the sweep.");
        Assert.Equal(run.Upstream.Count(request => request is { Step: Step.Refresh, Status: 200 }), renewed);
        Assert.Equal(1, scrape.Sum("behalf_refreshes_total", "behalf_outcome=\"unavailable\""));
        Assert.Equal(1, scrape.Sum("behalf_refreshes_total", "behalf_outcome=\"expired\""));
        Assert.Equal(1, scrape.Sum("behalf_accounts_expired_total", "behalf_reason=\"refresh_token_refused\""));
        Assert.Equal(1, scrape.Sum("behalf_refresh_lease_wait_duration_seconds_count"));
        Assert.Equal(1, scrape.Sum("behalf_revocations_total", "behalf_outcome=\"success\""));
    }

    [Theory, OnBothEngines]
    public async Task Refusals_are_counted_by_their_slug(string engine)
    {
        var scrape = (await TelemetryRun.OnAsync(engine)).Scrape;
        Assert.Equal(1, scrape.Sum("behalf_refusals_total", $"behalf_reason=\"{Refusal.InvalidCredential.Slug}\""));
        Assert.Equal(1, scrape.Sum("behalf_refusals_total", $"behalf_reason=\"{Refusal.ToolNotFound.Slug}\""));
        Assert.Equal(1, scrape.Sum("behalf_refusals_total", $"behalf_reason=\"{Refusal.RouteNotFound.Slug}\""));
    }

    [Theory, OnBothEngines]
    public async Task Who_scrapes_is_not_counted(string engine)
    {
        var scrape = (await TelemetryRun.OnAsync(engine)).Scrape;
        Assert.True(scrape.Sum("http_server_request_duration_seconds_count", "http_route=\"/api/v3.1/tools/execute/{tool}\"") >= 8);
        Assert.Equal(1, scrape.Sum("http_server_request_duration_seconds_count", "http_response_status_code=\"404\"") - scrape.Sum("http_server_request_duration_seconds_count", "http_response_status_code=\"404\"", "http_route=\"/api/v3.1/tools/execute/{tool}\""));
    }

    [Theory, OnBothEngines]
    public async Task Both_ways_out_tell_the_same_metrics(string engine)
    {
        var run = await TelemetryRun.OnAsync(engine);
        var plain = run.SentMetrics.Select(name => name.Replace('.', '_')).ToList();
        Assert.Empty(run.Scrape.Names.Where(shown => !plain.Any(sent => shown.StartsWith(sent, StringComparison.Ordinal))));
    }
}
