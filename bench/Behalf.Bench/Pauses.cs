using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;
using Microsoft.Diagnostics.Tracing.Parsers;
using Microsoft.Diagnostics.Tracing.Parsers.Clr;

namespace Behalf.Bench;

/// <summary>For how long the collector held up a process, as its runtime tells anybody who asks at its diagnostics port.</summary>
internal sealed record Pauses(TimeSpan Longest, int Count, int OfWholeHeap)
{
    public static async Task<Pauses> WhileAsync(Measured process, Task load)
    {
        var client = new DiagnosticsClient(process.Id);
        var provider = new EventPipeProvider(
            ClrTraceEventParser.ProviderName, EventLevel.Informational, (long)ClrTraceEventParser.Keywords.GC);
        using var session = client.StartEventPipeSession([provider], requestRundown: false);
        var watched = Task.Run(() => Watch(session));
        await load;
        await session.StopAsync(CancellationToken.None);
        return await watched is { Count: > 0 } pauses ? pauses : throw new InvalidOperationException("There was no collection during the load.");
    }

    /// <summary>From the order to all threads to stop until they run again: what a call feels, and more than the collection itself.</summary>
    private static Pauses Watch(EventPipeSession session)
    {
        var pauses = new Pauses(TimeSpan.Zero, 0, 0);
        DateTime? stopped = null;
        using var source = new EventPipeEventSource(session.EventStream);
        source.Clr.GCSuspendEEStart += suspend => stopped =
            suspend.Reason is GCSuspendEEReason.SuspendForGC or GCSuspendEEReason.SuspendForGCPrep ? suspend.TimeStamp : null;
        source.Clr.GCRestartEEStop += restart =>
        {
            if (stopped is { } since)
            {
                var pause = restart.TimeStamp - since;
                pauses = pauses with { Longest = pause > pauses.Longest ? pause : pauses.Longest, Count = pauses.Count + 1 };
                stopped = null;
            }
        };
        source.Clr.GCStart += start => pauses = start.Depth == 2 ? pauses with { OfWholeHeap = pauses.OfWholeHeap + 1 } : pauses;
        source.Process();
        return pauses;
    }
}
