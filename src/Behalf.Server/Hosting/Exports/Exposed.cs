using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

namespace Behalf.Hosting.Exports;

/// <summary>What of the meters in this process leaves it: all of our own, and of the framework's and the driver's those named
/// here, with the labels named here. A new version of a package tells nothing new by itself.</summary>
internal static class Exposed
{
    public static readonly IReadOnlyList<string> Meters =
        [Telemetry.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime", "Npgsql"];

    private const string Runtime = "System.Runtime";

    private static readonly double[] Seconds =
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    private static readonly double[] Sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

    private static readonly FrozenDictionary<string, string[]> Others = new Dictionary<string, string[]>
    {
        ["http.server.request.duration"] = [Labels.Method, Labels.Route, Labels.Status],
        ["http.server.active_requests"] = [Labels.Method],
        ["kestrel.active_connections"] = [],
        ["kestrel.queued_connections"] = [],
        ["kestrel.rejected_connections"] = [],
        ["kestrel.connection.duration"] = [Labels.ErrorType],
        ["db.client.connection.count"] = ["db.client.connection.state"],
        ["db.client.connection.max"] = [],
    }.ToFrozenDictionary();

    private static readonly string[] OwnLabels =
    [
        Labels.Toolkit, Labels.Mode, Labels.Outcome, Labels.Reason, Labels.Purpose, Labels.Answer, Labels.Queue, Labels.Gate, Labels.Status,
    ];

    // error.type is the class of an exception.
    private static readonly string[] RuntimeLabels = ["gc.heap.generation", "cpu.mode", Labels.ErrorType];

    public static MetricStreamConfiguration? View(Instrument instrument) => instrument.Meter.Name switch
    {
        Telemetry.Name => Keep(instrument, OwnLabels),
        Runtime => Keep(instrument, RuntimeLabels),
        _ => Others.TryGetValue(instrument.Name, out var labels) ? Keep(instrument, labels) : MetricStreamConfiguration.Drop,
    };

    private static MetricStreamConfiguration Keep(Instrument instrument, string[] labels) => IsHistogram(instrument)
        ? new ExplicitBucketHistogramConfiguration { Boundaries = instrument.Unit == "s" ? Seconds : Sizes, TagKeys = labels }
        : new MetricStreamConfiguration { TagKeys = labels };

    private static bool IsHistogram(Instrument instrument) =>
        instrument.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(Histogram<>);
}
