using Behalf.Storage;

namespace Behalf.Audit;

/// <summary>Appends to the trail. An effect and its event are one transaction, so neither exists without the other.</summary>
internal static class AuditTrail
{
    private const string Insert =
        """
        insert into audit_event (project_id, event_id, at, action, outcome, actor_kind, actor_id, agent, user_id,
          account_id, toolkit, tool, request_id, status, duration_ms, detail)
        values (@ProjectId, @EventId, @At, @Action, @Outcome, @ActorKind, @ActorId, @Agent, @UserId,
          @AccountId, @Toolkit, @Tool, @RequestId, @Status, @DurationMs, @Detail)
        """;

    /// <summary>Records the event in the session's transaction and gives its id.</summary>
    public static async ValueTask<Id<IdKinds.Event>> AppendAsync(this WriteSession session, AuditEvent happened)
    {
        var at = await session.NowAsync();
        var id = Id<IdKinds.Event>.NewAt(at);
        await session.ExecuteAsync(Insert, new
        {
            happened.ProjectId,
            EventId = id,
            At = at,
            happened.Action,
            happened.Outcome,
            happened.ActorKind,
            happened.ActorId,
            Agent = Cut(happened.Agent, 200),
            happened.UserId,
            happened.AccountId,
            happened.Toolkit,
            happened.Tool,
            happened.RequestId,
            happened.Status,
            happened.DurationMs,
            happened.Detail,
        });
        return id;
    }

    private static string? Cut(string? text, int length) => text?.Length > length ? text[..length] : text;
}
