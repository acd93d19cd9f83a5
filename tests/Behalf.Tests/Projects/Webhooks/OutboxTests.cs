using Behalf.Accounts.Expiry;
using Behalf.Storage;
using Behalf.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Behalf.Tests.Projects.Webhooks;

/// <summary>Who takes a delivery on, and what becomes of it where that goes wrong on our side.</summary>
public sealed class OutboxTests
{
    private const string Route = "/api/v3.1/webhook_subscriptions";

    [Theory, OnBothEngines]
    public async Task A_receiver_that_keeps_us_waiting_holds_up_nobody_elses_deliveries(string engine)
    {
        await using var world = await WebhookWorld.CreateAsync(engine);
        world.Receiver.Hold = new TaskCompletionSource();
        await world.SubscribeAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => world.TriggerAsync($"user_{i}")));
        await world.ReceivedAsync(8);
        using var other = await world.World.Server.NewProjectAsync("B");
        await using var swift = await WebhookReceiver.StartAsync();
        (await other.PostAsync(Route, new { webhook_url = swift.Url, enabled_events = new[] { WebhookWorld.Report } })).Expect(201);
        await world.World.Server.Services.GetRequiredService<ReportDaily>().RunOnceAsync(CancellationToken.None);
        await Eventually.HoldsAsync(() => swift.Received.Count == 1);
        Assert.InRange(world.Receiver.Received.Count, 8, 15);
        world.Receiver.Hold.SetResult();
        await world.ReceivedAsync(20);
    }

    [Theory, OnBothEngines]
    public async Task An_attempt_that_was_overtaken_is_not_written_down(string engine)
    {
        await using var world = await WebhookWorld.CreateAsync(engine);
        world.Receiver.Hold = new TaskCompletionSource();
        var (id, _) = await world.SubscribeAsync();
        await world.TriggerAsync();
        await world.ReceivedAsync(1);

        // The first one stalls for longer than its lease, so another is made.
        await world.World.Server.Clock.AdvanceAsync(TimeSpan.FromSeconds(61));
        await world.ReceivedAsync(2);
        world.Receiver.Hold.SetResult();
        await Eventually.HoldsAsync(async () => (await world.DeliveriesAsync(id, "?status=delivered")).Length == 1);
        var events = "/api/v3.1/audit/events?action=webhook.delivered";
        await Task.Delay(500);
        Assert.Equal(1, Assert.Single(await world.DeliveriesAsync(id)).GetProperty("attempts").GetInt32());
        Assert.Equal(1, (await world.Project.GetAsync(events)).Expect(200).Json.GetProperty("items").GetArrayLength());
    }

    [Theory, OnBothEngines]
    public async Task While_the_keys_are_away_an_attempt_does_not_count(string engine)
    {
        await using var world = await WebhookWorld.CreateAsync(engine);
        var server = world.World.Server;
        var (id, _) = await world.SubscribeAsync();
        var keys = Path.Combine(server.Data, "keys.json");
        File.Move(keys, keys + ".away");
        await server.Clock.AdvanceAsync(TimeSpan.FromHours(25));
        await world.TriggerAsync();
        await Eventually.HoldsAsync(() => server.Log.Lines.Any(line => line.Contains("tried again in a minute", StringComparison.Ordinal)));
        await Eventually.HoldsAsync(async () => await server.Database.FindAsync<int>(
            RowScope.System, "select count(*) from outbox where attempt = 0 and due_at > behalf_now()", null, CancellationToken.None) == 1);
        Assert.Equal(0, Assert.Single(await world.DeliveriesAsync(id)).GetProperty("attempts").GetInt32());
        Assert.Null((await world.ShowAsync(id)).GetProperty("failing_since").GetString());

        File.Move(keys + ".away", keys);
        await server.Clock.AdvanceAsync(TimeSpan.FromSeconds(61));
        await world.ReceivedAsync(1);
    }

    [Fact]
    public async Task Two_nodes_deliver_each_event_once()
    {
        await using var world = await WebhookWorld.CreateAsync("postgres");
        await using var second = await world.World.StartNodeAsync();
        var (id, _) = await world.SubscribeAsync();
        for (var i = 0; i < 30; i++)
        {
            await world.TriggerAsync($"user_{i}");
        }

        await Eventually.HoldsAsync(async () => (await world.DeliveriesAsync(id, "?status=delivered&limit=100")).Length == 30);
        Assert.Equal(30, world.Receiver.Received.Count);
        Assert.Equal(30, world.Receiver.Received.Select(one => one.Id).Distinct().Count());
    }
}
