using OpenTelemetry.Metrics;

namespace Behalf.Hosting.Exports;

/// <summary>Gathers the numbers when somebody asks for them. Scrapers that come at the same time wait for each other: the SDK
/// gathers into one place.</summary>
internal sealed class PullReader(PrometheusText text) : BaseExportingMetricReader(text)
{
    private readonly Lock _one = new();

    public string Scrape()
    {
        lock (_one)
        {
            Collect();
            return text.Last;
        }
    }
}
