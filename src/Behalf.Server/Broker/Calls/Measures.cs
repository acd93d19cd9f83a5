using System.Diagnostics;
using System.Diagnostics.Metrics;
using Behalf.Audit;
using Behalf.Catalog;

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

/// <summary>One call under way.</summary>
internal sealed class MeasuredCall : IDisposable
{
    private readonly string _mode;
    private readonly TimeProvider _clock;
    private readonly long _began;
    private readonly Activity? _span;
    private string _toolkit = Labels.None;
    private string _outcome = AuditOutcomes.Failed;
    private string? _reason = Measures.Cancelled;

    private MeasuredCall(string mode, TimeProvider clock)
    {
        (_mode, _clock, _began) = (mode, clock, clock.GetTimestamp());
        _span = Telemetry.Span("execute_tool");
    }

    public static MeasuredCall OfTool(TimeProvider clock) => new("tool", clock);

    public static MeasuredCall OfProxy(TimeProvider clock) => new("proxy", clock);

    /// <summary>The catalogue's own words, not the caller's: theirs may be anything.</summary>
    public void Know(Toolkit toolkit, Tool? tool)
    {
        _toolkit = toolkit.Slug;
        if (_span is { IsAllDataRequested: true })
        {
            // The conventions for generative AI: the operation, then the tool.
            _span.DisplayName = tool is null ? "execute_tool proxy" : "execute_tool " + tool.Slug;
            _span.SetTag(Labels.Operation, "execute_tool").SetTag(Labels.Tool, tool?.Slug).SetTag(Labels.Toolkit, toolkit.Slug);
        }
    }

    public void End(bool successful, string? reason) =>
        (_outcome, _reason) = (successful ? AuditOutcomes.Success : AuditOutcomes.Failed, reason);

    public void End(Exception e) => (_outcome, _reason) = (Measures.Outcome(e), Measures.Reason(e));

    public void Dispose()
    {
        Measures.Ended(_mode, _toolkit, _outcome, _reason, _clock.GetElapsedTime(_began));
        if (_span is null)
        {
            return;
        }

        _span.SetTag(Labels.Mode, _mode).SetTag(Labels.Outcome, _outcome);
        if (_reason is not null)
        {
            _span.Fail(_reason);
        }

        _span.Dispose();
    }
}
