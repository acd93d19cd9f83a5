using Behalf.Storage;

namespace Behalf.Projects.Webhooks;

/// <summary>The numbers are on disk, the names on the wire.</summary>
internal enum DeliveryStatus : short
{
    Pending = 1,

    Delivered = 2,

    /// <summary>Given up.</summary>
    Failed = 3,
}

/// <summary>Why an attempt failed where there was no answer, or a delivery was given up without one. Beside these: the
/// words of <see cref="Egress.EgressFailure"/>.</summary>
internal static class DeliveryFailures
{
    public const string Disabled = "subscription_disabled";

    /// <summary>The signing secret is not what was stored: rotate it.</summary>
    public const string SecretUnreadable = "secret_unreadable";

    /// <summary>An answer that is not a success; its status says which.</summary>
    public const string Status = "status";
}

/// <summary>One event for one webhook.</summary>
internal sealed record DeliveryRow
{
    public required Id<IdKinds.Project> ProjectId { get; init; }

    public required Id<IdKinds.Delivery> DeliveryId { get; init; }

    public required Id<IdKinds.Webhook> WebhookId { get; init; }

    public required Id<IdKinds.Message> MessageId { get; init; }

    public required string EventType { get; init; }

    public required short Version { get; init; }

    public required string Body { get; init; }

    public required DeliveryStatus Status { get; init; }

    public required short Attempts { get; init; }

    public required int? HttpStatus { get; init; }

    public required string? Failure { get; init; }

    public required long CreatedAt { get; init; }

    public required long? EndedAt { get; init; }

    /// <summary>When it is tried next; null where it is not.</summary>
    public required long? DueAt { get; init; }
}

internal sealed record AttemptRow
{
    public required short Number { get; init; }

    public required long At { get; init; }

    public required int? HttpStatus { get; init; }

    public required string? Failure { get; init; }

    public required int DurationMs { get; init; }
}

internal static class DeliveryStore
{
    /// <summary>Of the outbox's jobs: each has the id of its delivery.</summary>
    public const string Kind = "webhook";

    public const string Columns =
        """
        d.project_id, d.delivery_id, d.webhook_id, d.message_id, d.event_type, d.version, d.body, d.status, d.attempts,
        d.http_status, d.failure, d.created_at, d.ended_at, o.due_at
        """;

    public const string From =
        "webhook_delivery d left join outbox o on o.project_id = d.project_id and o.job_id = d.delivery_id";

    /// <summary>Leaves a job that tries the delivery at once; one that waits for its turn is brought forward.</summary>
    public static ValueTask<int> QueueDeliveryAsync(
        this WriteSession session, Id<IdKinds.Project> project, Id<IdKinds.Delivery> delivery) => session.ExecuteAsync(
        """
        insert into outbox (project_id, job_id, kind, payload, due_at, created_at)
        values (@project, @delivery, @Kind, '{}', behalf_now(), behalf_now())
        on conflict (project_id, job_id) do update set due_at = behalf_now()
        """,
        new { project, delivery, Kind });
}
