using Behalf.Audit.Calls;
using Behalf.Storage;

namespace Behalf.Audit;

/// <summary>What a credential is opened for, with the trail's word that it will be told. The vault opens nothing without
/// one, and the ways to get one are here: no trail, no plaintext.</summary>
internal sealed class Use
{
    private Use(AuditEvent told) => Event = told;

    public AuditEvent Event { get; }

    /// <summary>For a use that ends in a change here (a connection, a refresh, a revocation): the event is appended in the
    /// transaction of that change, which does not happen without it.</summary>
    public static Use ToldWithItsEffect(AuditEvent told) => new(told);

    /// <summary>For a call: the recorder has accepted its event and makes it durable before the answer leaves.</summary>
    public static Use Of(CallRecord accepted) => new(accepted.Event);

    /// <summary>For a use that changes nothing here: the event is durable when this returns.</summary>
    public static async Task<Use> RecordAsync(IDatabase database, AuditEvent told, CancellationToken ct)
    {
        await database.WriteAsync(
            RowScope.Of(told.ProjectId),
            async session =>
            {
                await session.AppendAsync(told);
            },
            ct);
        return new Use(told);
    }
}
