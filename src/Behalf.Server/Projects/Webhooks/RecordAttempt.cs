using System.Text.Json;
using System.Text.Json.Serialization;
using Behalf.Audit;
using Behalf.Storage;

namespace Behalf.Projects.Webhooks;

/// <summary>What the trail says of a delivery.</summary>
internal sealed record DeliveryDetail
{
    public required string WebhookId { get; init; }

    public required string DeliveryId { get; init; }

    public required string EventType { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DeliveryDetail))]
internal sealed partial class DeliveryDetailJson : JsonSerializerContext;

/// <summary>Writes down how an attempt went, and what follows: delivered, tried again, given up, or the end of the webhook.</summary>
internal sealed class RecordAttempt(IDatabase database, ILogger<RecordAttempt> log)
{
    private const int Gone = 410;
    private const int Minute = 60_000;

    /// <summary>How long a webhook may fail without one success in between.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromDays(5);

    public async Task RunAsync(ClaimedDelivery claimed, Id<IdKinds.Webhook> webhook, AttemptResult result, AuditEvent because)
    {
        var ended = await database.WriteAsync(
            RowScope.Of(claimed.ProjectId),
            async session =>
            {
                var next = result.Failure is null || result.HttpStatus == Gone ? null : RetrySchedule.After(claimed.Turn);

                // Whoever took the delivery after us writes its outcome down.
                if (!await HandInAsync(session, claimed, next))
                {
                    return null;
                }

                await InsertAsync(session, claimed, result, next is not null);
                await session.AppendAsync(because with
                {
                    Outcome = result.Failure is null ? AuditOutcomes.Success : AuditOutcomes.Failed,
                    Status = result.HttpStatus,
                    DurationMs = result.DurationMs,
                });
                return await JudgeAsync(session, claimed.ProjectId, webhook, result, because);
            },
            CancellationToken.None);
        if (ended is not null)
        {
            log.WebhookDisabled(webhook, claimed.ProjectId, ended);
        }
    }

    /// <summary>There is nobody to deliver it to any more.</summary>
    public Task DropAsync(ClaimedDelivery claimed) => database.WriteAsync(
        RowScope.Of(claimed.ProjectId),
        session => session.ExecuteAsync(
            "delete from outbox where project_id = @ProjectId and job_id = @DeliveryId and attempt = @Turn", claimed),
        CancellationToken.None);

    /// <summary>As if it had not been taken on, a minute later.</summary>
    public Task PutOffAsync(ClaimedDelivery claimed) => database.WriteAsync(
        RowScope.Of(claimed.ProjectId),
        session => session.ExecuteAsync(
            """
            update outbox set due_at = behalf_now() + @Minute, attempt = attempt - 1
            where project_id = @ProjectId and job_id = @DeliveryId and attempt = @Turn
            """,
            new { claimed.ProjectId, claimed.DeliveryId, claimed.Turn, Minute }),
        CancellationToken.None);

    private static async ValueTask<bool> HandInAsync(WriteSession session, ClaimedDelivery claimed, TimeSpan? next) => 1 == (next is { } pause
        ? await session.ExecuteAsync(
            """
            update outbox set due_at = behalf_now() + @pause
            where project_id = @ProjectId and job_id = @DeliveryId and attempt = @Turn
            """,
            new { claimed.ProjectId, claimed.DeliveryId, claimed.Turn, pause = (long)pause.TotalMilliseconds })
        : await session.ExecuteAsync(
            "delete from outbox where project_id = @ProjectId and job_id = @DeliveryId and attempt = @Turn", claimed));

    private static async ValueTask InsertAsync(WriteSession session, ClaimedDelivery claimed, AttemptResult result, bool again)
    {
        var number = await session.FindAsync<short>(
            """
            update webhook_delivery set attempts = attempts + 1, http_status = @HttpStatus, failure = @Failure, status = @status,
              ended_at = case when @status = @Pending then null else behalf_now() end
            where project_id = @ProjectId and delivery_id = @DeliveryId returning attempts
            """,
            new
            {
                claimed.ProjectId,
                claimed.DeliveryId,
                result.HttpStatus,
                result.Failure,
                DeliveryStatus.Pending,
                status = result.Failure is null ? DeliveryStatus.Delivered : again ? DeliveryStatus.Pending : DeliveryStatus.Failed,
            });
        await session.ExecuteAsync(
            """
            insert into webhook_attempt (project_id, delivery_id, number, at, http_status, failure, duration_ms)
            values (@ProjectId, @DeliveryId, @number, behalf_now(), @HttpStatus, @Failure, @DurationMs)
            """,
            new { claimed.ProjectId, claimed.DeliveryId, number, result.HttpStatus, result.Failure, result.DurationMs });
    }

    /// <summary>Why the webhook was switched off; null if it was not.</summary>
    private static async ValueTask<string?> JudgeAsync(
        WriteSession session, Id<IdKinds.Project> project, Id<IdKinds.Webhook> webhook, AttemptResult result, AuditEvent because)
    {
        if (result.Failure is null)
        {
            await session.ExecuteAsync(
                "update webhook set failing_since = null where project_id = @project and webhook_id = @webhook and failing_since is not null",
                new { project, webhook });
            return null;
        }

        var failingMs = await session.FindAsync<long?>(
            """
            update webhook set failing_since = coalesce(failing_since, behalf_now())
            where project_id = @project and webhook_id = @webhook and disabled_at is null returning behalf_now() - failing_since
            """,
            new { project, webhook });
        var reason = result.HttpStatus == Gone ? DisabledReasons.Gone
            : failingMs >= Patience.TotalMilliseconds ? DisabledReasons.Failing
            : null;
        if (reason is not null && failingMs is not null)
        {
            await session.DisableWebhookAsync(project, webhook, reason);
            await session.AppendAsync(because with
            {
                Action = AuditActions.WebhookDisabled,
                Detail = JsonSerializer.Serialize(
                    new DisabledDetail { WebhookId = webhook.ToString(), Reason = reason }, DisabledDetailJson.Default.DisabledDetail),
            });
            return reason;
        }

        return null;
    }
}

internal sealed record DisabledDetail
{
    public required string WebhookId { get; init; }

    public required string Reason { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DisabledDetail))]
internal sealed partial class DisabledDetailJson : JsonSerializerContext;
