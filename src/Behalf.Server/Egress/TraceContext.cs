using System.Diagnostics;

namespace Behalf.Egress;

/// <summary>The trace that a request belongs to, told to whoever gets the request (W3C Trace Context).</summary>
/// <remarks>Two random ids and a flag, so that a provider's support can be asked about one request. <c>tracestate</c> and
/// <c>baggage</c> are not passed on: they are free text from our caller's side, and the peer is a third party. Therefore the
/// framework's propagator stays switched off, which would send both.</remarks>
internal static class TraceContext
{
    public const string Header = "traceparent";

    public static void PassOn(HttpRequestMessage message)
    {
        if (Activity.Current is not { IdFormat: ActivityIdFormat.W3C } current)
        {
            return;
        }

        // Version 00: trace id, the id of the span that asks, and whether it is recorded.
        var recorded = current.ActivityTraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? "01" : "00";
        message.Headers.Remove(Header);
        message.Headers.TryAddWithoutValidation(Header, $"00-{current.TraceId}-{current.SpanId}-{recorded}");
    }
}
