using Behalf.Tests.Support;

namespace Behalf.Tests.Hosting.Exports;

/// <summary>Telemetry goes to people who may see no account: no secret, no name, nothing that somebody wrote.</summary>
public sealed class SecrecyTests
{
    private static readonly string[] SpanLabels =
    [
        "behalf.toolkit", "behalf.mode", "behalf.outcome", "behalf.reason", "behalf.purpose", "behalf.request_id", "error.type",
        "http.request.method", "http.route", "http.response.status_code", "url.scheme", "server.address", "server.port",
        "gen_ai.operation.name", "gen_ai.tool.name",
    ];

    [Theory, OnBothEngines]
    public async Task No_secret_and_nothing_that_somebody_wrote_is_told(string engine)
    {
        var run = await TelemetryRun.OnAsync(engine);

        // Looking finds: the one thing that a caller may have told is there.
        Assert.Contains(Canaries.RequestId, run.EverythingSent, StringComparison.Ordinal);
        Assert.Contains(run.Upstream, request => request.Headers.GetValueOrDefault("Authorization", "").Contains(Canaries.Token, StringComparison.Ordinal));
        foreach (var told in new[] { run.EverythingSent, run.Scrape.Text })
        {
            Assert.DoesNotContain(Canaries.Token, told, StringComparison.Ordinal);
            Assert.Empty(Canaries.Untold.Concat(run.Names).Where(word => told.Contains(word, StringComparison.OrdinalIgnoreCase)));
        }

        Assert.DoesNotContain(Canaries.RequestId, run.Scrape.Text, StringComparison.Ordinal);
    }

    [Theory, OnBothEngines]
    public async Task Spans_have_the_labels_of_the_list_alone(string engine)
    {
        var run = await TelemetryRun.OnAsync(engine);
        Assert.Empty(run.Spans.SelectMany(span => span.Attributes.Keys).Distinct().Except(SpanLabels));
    }

    [Theory, OnBothEngines]
    public async Task Numbers_are_few_whatever_the_number_of_users(string engine)
    {
        var run = await TelemetryRun.OnAsync(engine);
        string[] allowed =
        [
            "behalf_toolkit", "behalf_mode", "behalf_outcome", "behalf_reason", "behalf_purpose", "behalf_answer", "behalf_queue", "behalf_gate", "le",
            "http_request_method", "http_route", "http_response_status_code", "error_type", "db_client_connection_state",
            "gc_heap_generation", "cpu_mode",
        ];
        Assert.Empty(run.Scrape.LabelNames.Except(allowed));
    }
}
