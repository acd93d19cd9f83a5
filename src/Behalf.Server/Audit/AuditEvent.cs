namespace Behalf.Audit;

/// <summary>One thing that happened: who asked, through which key, as which agent, for whom, with which account. Never a
/// secret, never what a user wrote or read.</summary>
internal sealed record AuditEvent
{
    public required Id<IdKinds.Project> ProjectId { get; init; }

    /// <summary>What happened, as <c>noun.verb</c>: see <see cref="AuditActions"/>.</summary>
    public required string Action { get; init; }

    /// <summary>One of <see cref="AuditOutcomes"/>.</summary>
    public string Outcome { get; init; } = AuditOutcomes.Success;

    /// <summary><c>project_key</c>, <c>user_key</c>, <c>admin_key</c>, <c>end_user</c>, <c>operator</c> or <c>system</c>.</summary>
    public required string ActorKind { get; init; }

    public string? ActorId { get; init; }

    public string? Agent { get; init; }

    /// <summary>For whom: the application's own name of the user.</summary>
    public string? UserId { get; init; }

    public Id<IdKinds.AuthConfig>? AuthConfigId { get; init; }

    public Id<IdKinds.Account>? AccountId { get; init; }

    public string? Toolkit { get; init; }

    public string? Tool { get; init; }

    /// <summary>The agents' session the call came through.</summary>
    public string? SessionId { get; init; }

    public string? RequestId { get; init; }

    /// <summary>The status the caller got, or the provider's for a call that reached it.</summary>
    public int? Status { get; init; }

    public int? DurationMs { get; init; }

    /// <summary>A small JSON object with what else matters to this action.</summary>
    public string? Detail { get; init; }

    /// <summary>An event by the holder of a key.</summary>
    public static AuditEvent By(Caller caller, string action) => new()
    {
        ProjectId = caller.Project,
        Action = action,
        ActorKind = caller.Kind switch
        {
            KeyKinds.User => "user_key",
            KeyKinds.Admin => "admin_key",
            _ => "project_key",
        },
        ActorId = caller.Key.ToString(),
        Agent = caller.Agent,
        UserId = caller.BoundUser,
        RequestId = caller.RequestId,
    };

    /// <summary>An event by the server itself: a sweep, a refresh, the outbox.</summary>
    public static AuditEvent BySystem(Id<IdKinds.Project> project, string action) =>
        new() { ProjectId = project, Action = action, ActorKind = "system" };
}
