using System.Diagnostics;
using System.Diagnostics.Metrics;
using Behalf.Audit;

namespace Behalf.Projects.Webhooks;

/// <summary>What deliveries tell as numbers.</summary>
internal static class Measures
{
    private static readonly Counter<long> Deliveries = Telemetry.Meter.CreateCounter<long>(
        "behalf.webhook.deliveries", "{attempt}", "Attempts to deliver an event to an application, by outcome and reason.");

    public static void Attempted(Activity? span, string? failure)
    {
        var outcome = failure is null ? AuditOutcomes.Success : AuditOutcomes.Failed;
        span?.SetTag(Labels.Outcome, outcome);
        if (failure is not null)
        {
            span.Fail(failure);
        }

        Deliveries.Add(1, new(Labels.Outcome, outcome), new(Labels.Reason, failure ?? Labels.None));
    }
}
