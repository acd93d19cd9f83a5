using System.Text.Json.Serialization;
using Behalf.Wire;

namespace Behalf.Projects.Webhooks;

internal static class WebhooksModule
{
    public static void AddWebhooks(this IServiceCollection services)
    {
        services.AddJson(WebhooksWireJson.Default);
        services.AddSingleton<WebhookTarget>();
        services.AddSingleton<ManageWebhooks>();
        services.AddSingleton<RotateWebhookSecret>();
        services.AddSingleton<RecordAttempt>();
        services.AddSingleton<AttemptDelivery>();
        services.AddSingleton<DeliverWebhooks>();
        services.AddSingleton<ForgetDeliveries>();
        services.AddHostedService(provider => provider.GetRequiredService<DeliverWebhooks>());
        services.AddHostedService(provider => provider.GetRequiredService<ForgetDeliveries>());
    }

    public static void MapWebhooks(this IEndpointRouteBuilder api)
    {
        var webhooks = api.MapGroup("/webhook_subscriptions").WithTags("Webhooks").Accepts(KeyKinds.Project);
        webhooks.MapPost("", ManageWebhooks.CreateAsync).Produces<WebhookAnswer>(201);
        webhooks.MapGet("", ManageWebhooks.ListAsync);
        webhooks.MapGet("/event_types", ManageWebhooks.ListEventTypes);
        webhooks.MapGet("/{id}", ManageWebhooks.GetAsync);
        webhooks.MapPatch("/{id}", ManageWebhooks.UpdateAsync);
        webhooks.MapDelete("/{id}", ManageWebhooks.DeleteAsync);
        webhooks.MapPost("/{id}/rotate_secret", RotateWebhookSecret.HandleAsync);
        webhooks.MapGet("/{id}/deliveries", DeliveryLog.ListAsync);
        webhooks.MapGet("/{id}/deliveries/{deliveryId}", DeliveryLog.GetAsync);
        webhooks.MapPost("/{id}/deliveries/{deliveryId}/redeliver", DeliveryLog.RedeliverAsync);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(WebhookRequest))]
[JsonSerializable(typeof(WebhookAnswer))]
[JsonSerializable(typeof(Page<WebhookAnswer>))]
[JsonSerializable(typeof(DeletedWebhookAnswer))]
[JsonSerializable(typeof(RotateSecretRequest))]
[JsonSerializable(typeof(RotatedSecretAnswer))]
[JsonSerializable(typeof(EventTypesAnswer))]
[JsonSerializable(typeof(Page<DeliveryAnswer>))]
[JsonSerializable(typeof(DeliveryDetailAnswer))]
internal sealed partial class WebhooksWireJson : JsonSerializerContext;
