using Behalf.Storage;

namespace Behalf.Projects.Webhooks;

internal static class PublishEvent
{
    /// <summary>Tells the project's webhooks of an event, in the transaction of the effect that it tells: neither exists without
    /// the other. The event is put together only where somebody wants it.</summary>
    public static async ValueTask PublishAsync(
        this WriteSession session, Id<IdKinds.Project> project, string type, Func<ValueTask<EventContent>> content)
    {
        // Key share: a webhook that is deleted meanwhile waits, and takes the delivery along.
        var webhooks = await session.QueryAsync<WebhookRow>(
            $"select {WebhookStore.Columns} from webhook where project_id = @project and disabled_at is null{session.ForKeyShare}",
            new { project });
        WebhookRow[] wanting = [.. webhooks.Where(webhook => webhook.EventTypes.Contains(type))];
        if (wanting.Length > 0)
        {
            await session.DeliverAsync(wanting, await session.EnvelopeAsync(project, type, await content()));
        }
    }

    public static async ValueTask<EventEnvelope> EnvelopeAsync(
        this WriteSession session, Id<IdKinds.Project> project, string type, EventContent content) => new()
        {
            Id = Id<IdKinds.Message>.New(),
            Project = project,
            Type = type,
            At = await session.NowAsync(),
            Content = content,
        };

    public static async ValueTask DeliverAsync(this WriteSession session, IReadOnlyList<WebhookRow> webhooks, EventEnvelope envelope)
    {
        foreach (var webhook in webhooks)
        {
            var delivery = Id<IdKinds.Delivery>.New();
            await session.ExecuteAsync(
                """
                insert into webhook_delivery (project_id, delivery_id, webhook_id, message_id, event_type, version, body, status, created_at)
                values (@ProjectId, @delivery, @WebhookId, @Id, @Type, @Version, @body, @Pending, @At)
                """,
                new
                {
                    webhook.ProjectId,
                    delivery,
                    webhook.WebhookId,
                    envelope.Id,
                    envelope.Type,
                    webhook.Version,
                    body = envelope.ToBody(webhook.Version),
                    DeliveryStatus.Pending,
                    envelope.At,
                });
            await session.QueueDeliveryAsync(webhook.ProjectId, delivery);
        }
    }
}
