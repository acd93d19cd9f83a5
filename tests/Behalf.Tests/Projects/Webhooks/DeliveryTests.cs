using System.Net;
using Behalf.Accounts.Expiry;
using Behalf.Egress;
using Behalf.Projects.Webhooks;
using Behalf.Tests.Egress;
using Behalf.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Behalf.Tests.Projects.Webhooks;

/// <summary>A delivery arrives, or is tried again as the specification recommends, or the log says why not.</summary>
public sealed class DeliveryTests
{
    private const string Route = "/api/v3.1/webhook_subscriptions";

    /// <summary>Standard Webhooks, "Retry schedule", after the first attempt.</summary>
    private static readonly TimeSpan[] Recommended =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    [Theory, OnBothEngines]
    public async Task A21_a_receiver_that_fails_is_tried_again_as_recommended_and_then_given_up(string engine)
    {
        await using var world = await WebhookWorld.CreateAsync(engine);
        world.Receiver.Answer(500);
        var (id, _) = await world.SubscribeAsync();
        await world.TriggerAsync();
        for (var attempt = 1; attempt <= Recommended.Length; attempt++)
        {
            await world.AttemptedAsync(id, attempt);
            var waiting = Assert.Single(await world.DeliveriesAsync(id, "?status=pending"));
            var pause = waiting.GetProperty("next_attempt_at").GetDateTimeOffset() - world.World.Server.Clock.GetUtcNow();
            Assert.InRange(pause, Recommended[attempt - 1] - TimeSpan.FromSeconds(20), Recommended[attempt - 1] * 1.2);
            await world.World.Server.Clock.AdvanceAsync(pause);
        }

        await world.AttemptedAsync(id, 10);
        var failed = Assert.Single(await world.DeliveriesAsync(id, "?status=failed"));
        Assert.Equal((500, "status"), (failed.GetProperty("http_status").GetInt32(), failed.GetProperty("failure").GetString()));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, failed.GetProperty("next_attempt_at").ValueKind);
        var log = (await world.DeliveryAsync(id, failed.GetProperty("id").GetString()!)).GetProperty("attempt_log");
        Assert.Equal(Enumerable.Range(1, 10), log.EnumerateArray().Select(a => a.GetProperty("number").GetInt32()));

        // Ten times the very same message, each time signed anew.
        Assert.Single(world.Receiver.Received.Select(one => one.Id + one.Body).Distinct());
        Assert.Equal(10, world.Receiver.Received.Select(one => one.Headers["webhook-signature"]).Distinct().Count());
    }

    [Fact]
    public void Pauses_are_lengthened_by_a_fifth_at_most_and_not_all_alike()
    {
        for (var attempt = 1; attempt <= Recommended.Length; attempt++)
        {
            var pauses = Enumerable.Range(0, 200).Select(_ => RetrySchedule.After(attempt)!.Value).ToList();
            Assert.All(pauses, pause => Assert.InRange(pause, Recommended[attempt - 1], Recommended[attempt - 1] * 1.2));
            Assert.True(pauses.Distinct().Count() > 100);
        }

        Assert.Null(RetrySchedule.After(Recommended.Length + 1));
    }

    [Theory, OnBothEngines]
    public async Task A21_a_receiver_that_is_gone_is_not_called_again_until_it_is_switched_on(string engine)
    {
        await using var world = await WebhookWorld.CreateAsync(engine);
        world.Receiver.Answer(410);
        var (id, _) = await world.SubscribeAsync();
        await world.TriggerAsync();
        await Eventually.HoldsAsync(async () => (await world.ShowAsync(id)).GetProperty("disabled_reason").GetString() == "gone");
        world.Receiver.Answer(204);
        await world.TriggerAsync("user_2");
        var delivery = Assert.Single(await world.DeliveriesAsync(id)).GetProperty("id").GetString()!;
        (await world.Project.PostAsync($"{Route}/{id}/deliveries/{delivery}/redeliver")).Expect(409);
        Assert.Single(world.Receiver.Received);
        Assert.Contains("webhook.disabled", (await world.Project.GetAsync("/api/v3.1/audit/events")).Text, StringComparison.Ordinal);

        (await world.Project.PatchAsync($"{Route}/{id}", new { enabled = true })).Expect(200);
        await world.TriggerAsync("user_3");
        await world.ReceivedAsync(2);
        Assert.Contains("user_3", world.Receiver.Received[1].Body, StringComparison.Ordinal);
    }

    [Theory, OnBothEngines]
    public async Task A_receiver_that_fails_for_days_is_switched_off_and_one_success_in_between_saves_it(string engine)
    {
        await using var world = await WebhookWorld.CreateAsync(engine);
        world.Receiver.Answer(503);
        var (id, _) = await world.SubscribeAsync();
        var clock = world.World.Server.Clock;
        await world.TriggerAsync();
        await world.AttemptedAsync(id, 1);
        await clock.AdvanceAsync(TimeSpan.FromDays(4));
        await world.AttemptedAsync(id, 2);
        world.Receiver.Answer(200);
        await clock.AdvanceAsync(TimeSpan.FromHours(1));
        await Eventually.HoldsAsync(async () => (await world.DeliveriesAsync(id, "?status=delivered")).Length == 1);
        Assert.Null((await world.ShowAsync(id)).GetProperty("failing_since").GetString());

        world.Receiver.Answer(503);
        await world.TriggerAsync("user_2");
        await world.AttemptedAsync(id, 1);
        await clock.AdvanceAsync(TimeSpan.FromDays(4.9));
        await world.AttemptedAsync(id, 2);
        Assert.Null((await world.ShowAsync(id)).GetProperty("disabled_at").GetString());
        await clock.AdvanceAsync(TimeSpan.FromDays(0.2));
        await Eventually.HoldsAsync(async () => (await world.ShowAsync(id)).GetProperty("disabled_reason").GetString() == "failing");
        Assert.Empty(await world.DeliveriesAsync(id, "?status=pending"));
    }

    [Theory]
    [InlineData("sqlite", 302)]
    [InlineData("postgres", 307)]
    public async Task A21_a_redirect_is_not_followed(string engine, int status)
    {
        await using var world = await WebhookWorld.CreateAsync(engine);
        await using var elsewhere = await WebhookReceiver.StartAsync();
        world.Receiver.Answer(status, elsewhere.Url);
        var (id, _) = await world.SubscribeAsync();
        await world.TriggerAsync();
        await world.AttemptedAsync(id, 1);
        var waiting = Assert.Single(await world.DeliveriesAsync(id, "?status=pending"));
        Assert.Equal(status, waiting.GetProperty("http_status").GetInt32());
        Assert.Empty(elsewhere.Received);
    }

    [Theory, OnBothEngines]
    public async Task A12_a_name_that_leads_into_a_private_network_is_not_connected_to(string engine)
    {
        // The server may call 127.0.0.2, and every name leads to 127.0.0.1: names are judged when it connects.
        await using var sink = RawServer.Sink();
        var options = new TestServerOptions
        {
            Adjust = settings => settings with { EgressAllow = "127.0.0.2/32" },
            Configure = builder => builder.Services.Replace(ServiceDescriptor.Singleton(provider => new GuardedHttp(
                provider.GetRequiredService<EgressOptions>(), (_, _) => Task.FromResult(new[] { IPAddress.Loopback }), provider.GetRequiredService<TimeProvider>()))),
        };
        await using var server = await TestServer.StartAsync(engine, options);
        using var project = await server.NewProjectAsync();
        (await project.PostAsync(Route, new { webhook_url = $"https://127.0.0.1:{sink.Port}/", enabled_events = new[] { WebhookWorld.Report } })).Expect(403);
        (await project.PostAsync(Route, new { webhook_url = $"http://localhost:{sink.Port}/", enabled_events = new[] { WebhookWorld.Report } })).Expect(403);
        var id = (await project.PostAsync(Route, new { webhook_url = $"http://internal.example:{sink.Port}/", enabled_events = new[] { WebhookWorld.Report } }))
            .Expect(201).Json.GetProperty("id").GetString();
        async Task<System.Text.Json.JsonElement[]> TriedAsync() =>
            [.. (await project.GetAsync($"{Route}/{id}/deliveries")).Json.GetProperty("items").EnumerateArray().Where(d => d.GetProperty("attempts").GetInt32() > 0)];
        await server.Services.GetRequiredService<ReportDaily>().RunOnceAsync(CancellationToken.None);
        await Eventually.HoldsAsync(async () => (await TriedAsync()).Length > 0);
        var tried = Assert.Single(await TriedAsync());
        Assert.Equal("denied", tried.GetProperty("failure").GetString());
        Assert.Equal(0, sink.Connections);
    }

    [Theory, OnBothEngines]
    public async Task A_failed_delivery_is_delivered_again_on_request_under_the_same_message_id(string engine)
    {
        await using var world = await WebhookWorld.CreateAsync(engine);
        world.Receiver.Answer(400);
        var (id, _) = await world.SubscribeAsync();
        await world.TriggerAsync();
        await world.AttemptedAsync(id, 1);
        world.Receiver.Answer(200);
        var delivery = Assert.Single(await world.DeliveriesAsync(id)).GetProperty("id").GetString()!;

        // While it waits for its turn, and once more when it was delivered.
        foreach (var attempts in new[] { 2, 3 })
        {
            (await world.Project.PostAsync($"{Route}/{id}/deliveries/{delivery}/redeliver")).Expect(200);
            await world.AttemptedAsync(id, attempts);
            Assert.Equal("delivered", (await world.DeliveryAsync(id, delivery)).GetProperty("status").GetString());
        }

        Assert.Single(world.Receiver.Received.Select(one => one.Id).Distinct());
        Assert.Equal(world.Receiver.Received[0].Body, (await world.DeliveryAsync(id, delivery)).GetProperty("body").GetString());
    }

    [Theory, OnBothEngines]
    public async Task The_log_forgets_what_ended_a_month_ago(string engine)
    {
        await using var world = await WebhookWorld.CreateAsync(engine);
        var (id, _) = await world.SubscribeAsync();
        await world.TriggerAsync();
        await Eventually.HoldsAsync(async () => (await world.DeliveriesAsync(id, "?status=delivered")).Length == 1);
        var forget = world.World.Server.Services.GetRequiredService<ForgetDeliveries>();
        await world.World.Server.Clock.AdvanceAsync(TimeSpan.FromDays(29));
        Assert.Equal(0, await forget.RunOnceAsync(CancellationToken.None));
        await world.World.Server.Clock.AdvanceAsync(TimeSpan.FromDays(2));
        Assert.Equal(1, await forget.RunOnceAsync(CancellationToken.None));
        Assert.Empty(await world.DeliveriesAsync(id));
    }
}
