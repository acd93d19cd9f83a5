using System.Text.Json;
using Behalf.Tests.Support;

namespace Behalf.Tests.Projects.Webhooks;

/// <summary>A project of its own and a receiver that its webhooks may call.</summary>
internal sealed class WebhookWorld : IAsyncDisposable
{
    public const string Created = "composio.connected_account.created";
    public const string Active = "composio.connected_account.active";
    public const string Expired = "composio.connected_account.expired";
    public const string Revoked = "composio.connected_account.revoked";
    public const string Reconnected = "composio.connected_account.reconnected";
    public const string Report = "composio.connected_account.expiry_report";

    public static readonly string[] OfAccounts = [Created, Active, Expired, Revoked, Reconnected];

    private WebhookWorld(World world, WebhookReceiver receiver) => (World, Receiver) = (world, receiver);

    public World World { get; }

    public WebhookReceiver Receiver { get; }

    public TestClient Project => World.Project;

    public static async Task<WebhookWorld> CreateAsync(string engine, TestServerOptions? options = null) =>
        new(await World.CreateAsync(engine, options: options), await WebhookReceiver.StartAsync());

    /// <summary>The id and the secret of a new subscription.</summary>
    public async Task<(string Id, string Secret)> SubscribeAsync(string[]? events = null, string? version = null, string? url = null)
    {
        var made = (await Project.PostAsync(
            "/api/v3.1/webhook_subscriptions", new { webhook_url = url ?? Receiver.Url, enabled_events = events ?? OfAccounts, version })).Expect(201).Json;
        return (made.GetProperty("id").GetString()!, made.GetProperty("secret").GetString()!);
    }

    public async Task<JsonElement> ShowAsync(string webhook) =>
        (await Project.GetAsync($"/api/v3.1/webhook_subscriptions/{webhook}")).Expect(200).Json;

    /// <summary>The newest first.</summary>
    public async Task<JsonElement[]> DeliveriesAsync(string webhook, string query = "") =>
        [.. (await Project.GetAsync($"/api/v3.1/webhook_subscriptions/{webhook}/deliveries{query}")).Expect(200).Json.GetProperty("items").EnumerateArray()];

    public async Task<JsonElement> DeliveryAsync(string webhook, string delivery) =>
        (await Project.GetAsync($"/api/v3.1/webhook_subscriptions/{webhook}/deliveries/{delivery}")).Expect(200).Json;

    /// <summary>One event: a link that is made creates an account.</summary>
    public Task<(string Url, string Account)> TriggerAsync(string user = "user_1") => World.LinkAsync(user);

    public Task ReceivedAsync(int count) => Eventually.HoldsAsync(() => Receiver.Received.Count >= count);

    public async Task AttemptedAsync(string webhook, int attempts) => await Eventually.HoldsAsync(
        async () => (await DeliveriesAsync(webhook)) is [var first, ..] && first.GetProperty("attempts").GetInt32() >= attempts);

    public async ValueTask DisposeAsync()
    {
        await Receiver.DisposeAsync();
        await World.DisposeAsync();
    }
}
