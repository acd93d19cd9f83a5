using Behalf.Storage;
using Behalf.Wire;
using Microsoft.AspNetCore.Mvc;

namespace Behalf.Projects.Webhooks;

internal record DeliveryAnswer
{
    public required string Id { get; init; }

    /// <summary>What the receiver saw as <c>webhook-id</c>.</summary>
    public required string MessageId { get; init; }

    public required string EventType { get; init; }

    public required string Version { get; init; }

    /// <summary><c>pending</c>, <c>delivered</c> or <c>failed</c>.</summary>
    public required string Status { get; init; }

    public required int Attempts { get; init; }

    /// <summary>Of the last attempt; null where there was no answer.</summary>
    public required int? HttpStatus { get; init; }

    public required string? Failure { get; init; }

    public required string CreatedAt { get; init; }

    public required string? NextAttemptAt { get; init; }

    public required string? EndedAt { get; init; }
}

internal sealed record DeliveryDetailAnswer : DeliveryAnswer
{
    /// <summary>The very text that is sent.</summary>
    public required string Body { get; init; }

    public required IReadOnlyList<AttemptAnswer> AttemptLog { get; init; }
}

internal sealed record AttemptAnswer
{
    public required int Number { get; init; }

    public required string At { get; init; }

    public required int? HttpStatus { get; init; }

    public required string? Failure { get; init; }

    public required int DurationMs { get; init; }
}

/// <summary>What became of the events that a webhook wanted, and another try for those that it missed.</summary>
internal static class DeliveryLog
{
    public static async Task<Page<DeliveryAnswer>> ListAsync(
        CallerParameter caller,
        string id,
        [FromQuery(Name = "status")] string? status,
        int? limit,
        string? cursor,
        IDatabase database,
        CancellationToken ct)
    {
        var (page, project) = (PageRequest.Parse(limit, cursor), caller.Caller.Project);
        var webhook = (await database.GetWebhookAsync(project, WireText.Id<IdKinds.Webhook>(id), ct)).WebhookId;
        var filter = "d.project_id = @project and d.webhook_id = @webhook" + (string.IsNullOrEmpty(status) ? "" : " and d.status = @wanted");
        var wanted = string.IsNullOrEmpty(status) ? default : ReadStatus(status);
        var rows = await database.QueryAsync<DeliveryRow>(
            RowScope.Of(project),
            $"""
            select {DeliveryStore.Columns} from {DeliveryStore.From}
            where {filter} and (d.created_at < @key or (d.created_at = @key and d.delivery_id < @after))
            order by d.created_at desc, d.delivery_id desc limit @most
            """,
            new { project, webhook, wanted, key = page.After?.Key ?? long.MaxValue, after = page.After?.Id ?? [], most = page.Limit + 1 },
            ct);
        var total = await database.FindAsync<int>(
            RowScope.Of(project), $"select count(*) from webhook_delivery d where {filter}", new { project, webhook, wanted }, ct);
        return page.ToPage<DeliveryRow, DeliveryAnswer>(rows, total, row => Show(row, []), row => (row.CreatedAt, row.DeliveryId.ToBytes()));
    }

    public static async Task<DeliveryDetailAnswer> GetAsync(
        CallerParameter caller, string id, string deliveryId, IDatabase database, CancellationToken ct)
    {
        var (project, delivery) = (caller.Caller.Project, WireText.Id<IdKinds.Delivery>(deliveryId));
        var row = await database.FindAsync<DeliveryRow>(
            RowScope.Of(project),
            $"""
            select {DeliveryStore.Columns} from {DeliveryStore.From}
            where d.project_id = @project and d.delivery_id = @delivery and d.webhook_id = @webhook
            """,
            new { project, delivery, webhook = WireText.Id<IdKinds.Webhook>(id) },
            ct) ?? throw new Problem(Refusal.NotFound);
        var attempts = await database.QueryAsync<AttemptRow>(
            RowScope.Of(project),
            """
            select number, at, http_status, failure, duration_ms from webhook_attempt
            where project_id = @project and delivery_id = @delivery order by number
            """,
            new { project, delivery },
            ct);
        return Show(row, attempts);
    }

    /// <summary>The same message again, with its schedule from the beginning. One that is pending is tried now.</summary>
    public static async Task<DeliveryDetailAnswer> RedeliverAsync(
        CallerParameter caller, string id, string deliveryId, IDatabase database, CancellationToken ct)
    {
        var (project, webhook) = (caller.Caller.Project, WireText.Id<IdKinds.Webhook>(id));
        var delivery = WireText.Id<IdKinds.Delivery>(deliveryId);
        await database.WriteAsync(
            RowScope.Of(project),
            async session =>
            {
                if ((await session.GetWebhookAsync(project, webhook)).DisabledAt is not null)
                {
                    throw new Problem(
                        Refusal.Conflict, "The subscription is switched off.", "Switch it on with PATCH /webhook_subscriptions/{id} and enabled true.");
                }

                var known = await session.ExecuteAsync(
                    """
                    update webhook_delivery set status = @Pending, ended_at = null
                    where project_id = @project and delivery_id = @delivery and webhook_id = @webhook
                    """,
                    new { project, delivery, webhook, DeliveryStatus.Pending });
                if (known == 0)
                {
                    throw new Problem(Refusal.NotFound);
                }

                await session.QueueDeliveryAsync(project, delivery);
            },
            ct);
        return await GetAsync(caller, id, deliveryId, database, ct);
    }

    private static DeliveryStatus ReadStatus(string text) => text.ToLowerInvariant() switch
    {
        "pending" => DeliveryStatus.Pending,
        "delivered" => DeliveryStatus.Delivered,
        "failed" => DeliveryStatus.Failed,
        _ => throw new Problem(Refusal.InvalidRequest, "status is pending, delivered or failed."),
    };

    private static DeliveryDetailAnswer Show(DeliveryRow row, IReadOnlyList<AttemptRow> attempts) => new()
    {
        Id = row.DeliveryId.ToString(),
        MessageId = row.MessageId.ToString(),
        EventType = row.EventType,
        Version = $"V{row.Version}",
        Status = row.Status.ToString().ToLowerInvariant(),
        Attempts = row.Attempts,
        HttpStatus = row.HttpStatus,
        Failure = row.Failure,
        CreatedAt = WireText.Time(row.CreatedAt),
        NextAttemptAt = row.DueAt is { } due ? WireText.Time(due) : null,
        EndedAt = row.EndedAt is { } ended ? WireText.Time(ended) : null,
        Body = row.Body,
        AttemptLog =
        [
            .. attempts.Select(attempt => new AttemptAnswer
            {
                Number = attempt.Number,
                At = WireText.Time(attempt.At),
                HttpStatus = attempt.HttpStatus,
                Failure = attempt.Failure,
                DurationMs = attempt.DurationMs,
            }),
        ],
    };
}
