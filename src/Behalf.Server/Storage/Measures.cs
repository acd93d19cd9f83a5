using System.Diagnostics.Metrics;

namespace Behalf.Storage;

/// <summary>What this room tells as numbers; of PostgreSQL its driver tells.</summary>
internal static class Measures
{
    public static Histogram<double> CommitDuration { get; } = Telemetry.Meter.CreateHistogram<double>(
        "behalf.storage.commit.duration", "s", "How long the embedded database's writer took for a commit, the writes in it included.");

    public static Histogram<int> CommitSize { get; } = Telemetry.Meter.CreateHistogram<int>(
        "behalf.storage.commit.size", "{write}", "How many writes the embedded database committed together.");
}
