namespace Behalf.Audit.Chain;

/// <summary>Says what was done to a chain, from the first event that does not fit and those behind it. An event's own hash
/// shows where it once stood: whatever its place is now, it fits behind one hash only.</summary>
internal static class Tampering
{
    /// <param name="previous">The hash of the last event that fits.</param>
    /// <param name="rows">The first event that does not, and those behind it.</param>
    public static TrailFault Name(byte[] previous, IReadOnlyList<EventRow> rows)
    {
        var first = rows[0];
        var seq = first.Seq!.Value;
        for (var i = 1; i < rows.Count; i++)
        {
            var belongsHere = EventChain.Hash(previous, rows[i], seq);
            if (Is(belongsHere, rows[i].Hash) || Is(belongsHere, first.Hash))
            {
                var there = rows[i].Seq!.Value;
                var beforeThere = i == 1 ? belongsHere : rows[i - 1].Hash!;
                var belongsThere = EventChain.Hash(beforeThere, first, there);
                return Is(belongsThere, first.Hash) || Is(belongsThere, rows[i].Hash)
                    ? Fault(seq, TrailFaultKind.Swapped, $"The events at {seq} and {there} stand at each other's places.")
                    : Fault(seq, TrailFaultKind.Inserted, $"The event at {seq} was not sealed there: the one that was is at {there}.");
            }
        }

        return Fault(
            seq, TrailFaultKind.Edited, $"The event at {seq} is not the one that was sealed there: it was edited, or took the place of one that was deleted.");
    }

    private static bool Is(byte[] computed, byte[]? stored) => computed.AsSpan().SequenceEqual(stored);

    private static TrailFault Fault(long seq, TrailFaultKind reason, string message) =>
        new() { Seq = seq, Reason = reason, Message = message };
}
