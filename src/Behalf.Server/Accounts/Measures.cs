using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using Behalf.Accounts.Refresh;
using Behalf.Audit;

namespace Behalf.Accounts;

/// <summary>What this room tells as numbers.</summary>
internal static class Measures
{
    private static readonly Counter<long> Refreshes = Telemetry.Meter.CreateCounter<long>(
        "behalf.refreshes", "{refresh}", "Refreshes that were claimed, as they ended.");

    private static readonly Histogram<double> RefreshDuration = Telemetry.Meter.CreateHistogram<double>(
        "behalf.refresh.duration", "s", "How long a claimed refresh took, until it was stored or given back.");

    private static readonly Histogram<double> LeaseWait = Telemetry.Meter.CreateHistogram<double>(
        "behalf.refresh.lease.wait.duration", "s", "How long a call waited for a refresh whose lease another had.");

    private static readonly Counter<long> Expired = Telemetry.Meter.CreateCounter<long>(
        "behalf.accounts.expired", "{account}", "Accounts that must be connected again from now on, by reason.");

    private static readonly Counter<long> Revocations = Telemetry.Meter.CreateCounter<long>(
        "behalf.revocations", "{attempt}", "Attempts to have a provider take back what was revoked here.");

    public static void Refreshed(Activity? span, string toolkit, RefreshOutcome? outcome, TimeSpan took)
    {
        var word = outcome is { } known ? Name(known) : "broken";
        span?.SetTag(Labels.Toolkit, toolkit).SetTag(Labels.Outcome, word);
        if (outcome is not (RefreshOutcome.Renewed or RefreshOutcome.NotRefreshable))
        {
            span.Fail(word);
        }

        Refreshes.Add(1, new(Labels.Toolkit, toolkit), new(Labels.Outcome, word));
        RefreshDuration.Record(took.TotalSeconds, new KeyValuePair<string, object?>(Labels.Outcome, word));
    }

    public static void WaitedForLease(TimeSpan took) => LeaseWait.Record(took.TotalSeconds);

    /// <summary>A write that a conflict undoes and that is run again counts twice: this is for an alert, the trail is for the figure.</summary>
    public static void AccountExpired(string toolkit, string reason) =>
        Expired.Add(1, new(Labels.Toolkit, toolkit), new(Labels.Reason, reason));

    public static void Revoked(Activity? span, string? toolkit, string outcome)
    {
        span?.SetTag(Labels.Toolkit, toolkit ?? Labels.None).SetTag(Labels.Outcome, outcome);
        if (outcome != AuditOutcomes.Success)
        {
            span.Fail(outcome);
        }

        Revocations.Add(1, new(Labels.Toolkit, toolkit ?? Labels.None), new(Labels.Outcome, outcome));
    }

    public static string Name(RefreshOutcome outcome) => JsonNamingPolicy.SnakeCaseLower.ConvertName(outcome.ToString());
}
