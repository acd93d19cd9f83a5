using Behalf.Storage;

namespace Behalf.Audit;

/// <summary>Appends to the trail. An effect and its event are one transaction, so neither exists without the other.</summary>
internal static class AuditTrail
{
    /// <summary>Records the event in the session's transaction and gives its id.</summary>
    public static async ValueTask<Id<IdKinds.Event>> AppendAsync(this WriteSession session, AuditEvent happened)
    {
        var row = EventRow.From(happened, await session.NowAsync());
        await session.InsertAsync(row);
        return row.EventId;
    }
}
