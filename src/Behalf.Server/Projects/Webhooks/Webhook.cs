using Behalf.Storage;
using Behalf.Vault;

namespace Behalf.Projects.Webhooks;

/// <summary>An address of the application that is told of events.</summary>
internal sealed record WebhookRow
{
    public required Id<IdKinds.Project> ProjectId { get; init; }

    public required Id<IdKinds.Webhook> WebhookId { get; init; }

    public required string Url { get; init; }

    public required short Version { get; init; }

    /// <summary>Separated by one space.</summary>
    public required string Events { get; init; }

    public required long SecretVersion { get; init; }

    public required long? FormerUntil { get; init; }

    public required long? FailingSince { get; init; }

    public required long? DisabledAt { get; init; }

    public required string? DisabledReason { get; init; }

    public required long? ReportDueAt { get; init; }

    public required long CreatedAt { get; init; }

    public required long UpdatedAt { get; init; }

    public IReadOnlyList<string> EventTypes => Events.Split(' ');

    public SecretPlace SecretPlace => WebhookStore.PlaceOf(ProjectId, WebhookId, SecretVersion);
}

/// <summary>Why a webhook gets nothing any more. Part of the wire: add, never rename.</summary>
internal static class DisabledReasons
{
    /// <summary>It answered 410.</summary>
    public const string Gone = "gone";

    /// <summary>It has not taken one delivery for days.</summary>
    public const string Failing = "failing";

    public const string ByRequest = "by_request";
}

internal static class WebhookStore
{
    public const string Columns =
        """
        project_id, webhook_id, url, version, events, secret_version, former_until, failing_since, disabled_at, disabled_reason,
        report_due_at, created_at, updated_at
        """;

    public static SecretPlace PlaceOf(Id<IdKinds.Project> project, Id<IdKinds.Webhook> webhook, long version) => new()
    {
        Owner = new SecretOwner { Project = project, Id = webhook.As<IdKinds.SecretOwner>() },
        Kind = SecretKind.WebhookSecret,
        Version = version,
    };

    public static async Task<WebhookRow> GetWebhookAsync(
        this IDatabase database, Id<IdKinds.Project> project, Id<IdKinds.Webhook> webhook, CancellationToken ct) =>
        await database.FindAsync<WebhookRow>(
            RowScope.Of(project),
            $"select {Columns} from webhook where project_id = @project and webhook_id = @webhook",
            new { project, webhook },
            ct) ?? throw new Problem(Refusal.NotFound);

    /// <summary>Held against other changes until the transaction ends.</summary>
    public static async ValueTask<WebhookRow> GetWebhookAsync(
        this WriteSession session, Id<IdKinds.Project> project, Id<IdKinds.Webhook> webhook) =>
        await session.FindAsync<WebhookRow>(
            $"select {Columns} from webhook where project_id = @project and webhook_id = @webhook{session.ForUpdate}",
            new { project, webhook }) ?? throw new Problem(Refusal.NotFound);

    /// <summary>Switches a webhook off. What waits for it is given up; the log keeps it for a redelivery.</summary>
    public static async ValueTask DisableWebhookAsync(
        this WriteSession session, Id<IdKinds.Project> project, Id<IdKinds.Webhook> webhook, string reason)
    {
        await session.ExecuteAsync(
            """
            update webhook set disabled_at = behalf_now(), disabled_reason = @reason, updated_at = behalf_now()
            where project_id = @project and webhook_id = @webhook
            """,
            new { project, webhook, reason });
        await session.DropJobsAsync(project, webhook);
        await session.ExecuteAsync(
            """
            update webhook_delivery set status = @Failed, failure = @Disabled, ended_at = behalf_now()
            where project_id = @project and webhook_id = @webhook and status = @Pending
            """,
            new { project, webhook, DeliveryFailures.Disabled, DeliveryStatus.Failed, DeliveryStatus.Pending });
    }

    public static ValueTask<int> DropJobsAsync(this WriteSession session, Id<IdKinds.Project> project, Id<IdKinds.Webhook> webhook) =>
        session.ExecuteAsync(
            """
            delete from outbox where project_id = @project and kind = @Kind and job_id in
              (select delivery_id from webhook_delivery where project_id = @project and webhook_id = @webhook and status = @Pending)
            """,
            new { project, webhook, DeliveryStore.Kind, DeliveryStatus.Pending });
}
