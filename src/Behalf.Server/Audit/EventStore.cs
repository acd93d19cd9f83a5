using Behalf.Storage;

namespace Behalf.Audit;

/// <summary>Writes events: one by one inside of other transactions, or many at once.</summary>
internal static class EventStore
{
    private const string InsertOne =
        $"""
        insert into audit_event ({EventRow.Columns})
        values (@ProjectId, @EventId, @At, @Action, @Outcome, @ActorKind, @ActorId, @Agent, @UserId, @AuthConfigId,
          @AccountId, @Toolkit, @Tool, @SessionId, @RequestId, @Status, @DurationMs, @Detail)
        """;

    // A batch whose commit was not confirmed is written again with the same ids.
    private const string UnlessThere = " on conflict (project_id, event_id) do nothing";

    // As the transaction's first statement, and one that answers a row, it travels with its scope in one message.
    private const string InsertMany =
        $"""
        with written as (
          insert into audit_event ({EventRow.Columns})
          select * from unnest(@ProjectIds::bytea[], @EventIds::bytea[], @At::bigint[], @Actions::text[], @Outcomes::text[],
            @ActorKinds::text[], @ActorIds::text[], @Agents::text[], @UserIds::text[], @AuthConfigIds::bytea[],
            @AccountIds::bytea[], @Toolkits::text[], @Tools::text[], @SessionIds::text[], @RequestIds::text[],
            @Statuses::integer[], @Durations::integer[], @Details::text[])
          {UnlessThere} returning 1)
        select count(*) from written
        """;

    public static ValueTask<int> InsertAsync(this WriteSession session, EventRow row) => session.ExecuteAsync(InsertOne, row);

    public static async ValueTask InsertAsync(this WriteSession session, IReadOnlyList<EventRow> rows)
    {
        if (session.Engine == Engine.Sqlite)
        {
            // One prepared statement, run for each row.
            await session.ExecuteAsync(InsertOne + UnlessThere, rows);
            return;
        }

        await session.FindAsync<long>(InsertMany, new
        {
            ProjectIds = Column(rows, row => row.ProjectId.ToBytes()),
            EventIds = Column(rows, row => row.EventId.ToBytes()),
            At = Column(rows, row => row.At),
            Actions = Column(rows, row => row.Action),
            Outcomes = Column(rows, row => row.Outcome),
            ActorKinds = Column(rows, row => row.ActorKind),
            ActorIds = Column(rows, row => row.ActorId),
            Agents = Column(rows, row => row.Agent),
            UserIds = Column(rows, row => row.UserId),
            AuthConfigIds = Column(rows, row => row.AuthConfigId?.ToBytes()),
            AccountIds = Column(rows, row => row.AccountId?.ToBytes()),
            Toolkits = Column(rows, row => row.Toolkit),
            Tools = Column(rows, row => row.Tool),
            SessionIds = Column(rows, row => row.SessionId),
            RequestIds = Column(rows, row => row.RequestId),
            Statuses = Column(rows, row => row.Status),
            Durations = Column(rows, row => row.DurationMs),
            Details = Column(rows, row => row.Detail),
        });
    }

    private static T[] Column<T>(IReadOnlyList<EventRow> rows, Func<EventRow, T> value)
    {
        var column = new T[rows.Count];
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = value(rows[i]);
        }

        return column;
    }
}
