using System.Diagnostics;
using Behalf.Audit;
using Behalf.Catalog;

namespace Behalf.Broker.Calls;

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
