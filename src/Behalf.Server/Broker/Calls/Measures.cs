using System.Diagnostics.Metrics;
using Behalf.Audit;

namespace Behalf.Broker.Calls;

/// <summary>What this room tells as spans and numbers: each call once, however it ends.</summary>
internal static class Measures
{
    public const string Cancelled = "cancelled";

    private static readonly Counter<long> Calls =
        Telemetry.Meter.CreateCounter<long>("behalf.calls", "{call}", "Calls of tools and through the proxy, as they ended.");

    private static readonly Counter<long> Failures = Telemetry.Meter.CreateCounter<long>(
        "behalf.call.failures", "{call}", "Calls that did not succeed, by the reason that the caller was given.");

    private static readonly Histogram<double> Duration = Telemetry.Meter.CreateHistogram<double>(
        "behalf.call.duration", "s", "How long a call took inside this server, the provider's part included.");

    public static void Ended(string mode, string toolkit, string outcome, string? reason, TimeSpan took)
    {
        Calls.Add(1, new(Labels.Toolkit, toolkit), new(Labels.Mode, mode), new(Labels.Outcome, outcome));
        Duration.Record(took.TotalSeconds, new(Labels.Mode, mode), new(Labels.Outcome, outcome));
        if (reason is not null)
        {
            Failures.Add(1, new(Labels.Toolkit, toolkit), new(Labels.Mode, mode), new(Labels.Reason, reason));
        }
    }

    /// <summary>Why there is no answer, in the words of the list of refusals.</summary>
    public static string Reason(Exception e) => e switch
    {
        Problem problem => problem.Refusal.Slug,
        OperationCanceledException => Cancelled,
        _ => Refusal.Internal.Slug,
    };

    /// <summary>A refusal is this server's doing; what came of a provider's is a failure.</summary>
    public static string Outcome(Exception e) =>
        e is Problem problem && problem.Refusal != Refusal.ProviderFailed && problem.Refusal.Status < 500
            ? AuditOutcomes.Refused
            : AuditOutcomes.Failed;
}
