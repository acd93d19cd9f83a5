using System.Diagnostics.Metrics;

namespace Behalf.Audit;

/// <summary>What this room tells as numbers.</summary>
internal static class Measures
{
    public static Histogram<double> Wait { get; } = Telemetry.Meter.CreateHistogram<double>(
        "behalf.audit.wait.duration", "s", "How long an answer waited for its event to be durable.");

    public static Histogram<int> BatchSize { get; } = Telemetry.Meter.CreateHistogram<int>(
        "behalf.audit.batch.size", "{event}", "How many calls' events were written together.");
}
