using Behalf.Storage;
using Behalf.Tests.Security;
using Behalf.Tests.Support;

namespace Behalf.Tests.Projects.Webhooks;

/// <summary>One event for each thing that happens to an account, in the transaction in which it happens.</summary>
public sealed class AccountEventTests
{
    [Theory, OnBothEngines]
    public async Task An_accounts_life_is_told_event_by_event(string engine)
    {
        await using var world = await WebhookWorld.CreateAsync(engine);
        var (id, _) = await world.SubscribeAsync();
        var account = await world.World.ConnectAsync("user_1", "alice");
        var route = $"/api/v3.1/connected_accounts/{account}";
        await ToldAsync(world, id, WebhookWorld.Created, WebhookWorld.Active);

        // Used, refreshed, renamed and switched off: no event. Switched on: it works again.
        (await world.World.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200);
        (await world.Project.PostAsync($"{route}/refresh")).Expect(200);
        (await world.Project.PatchAsync(route, new { alias = "work" })).Expect(200);
        (await world.Project.PatchAsync($"{route}/status", new { enabled = false })).Expect(200);
        (await world.Project.PatchAsync($"{route}/status", new { enabled = false })).Expect(200);
        (await world.Project.PatchAsync($"{route}/status", new { enabled = true })).Expect(200);
        (await world.Project.PatchAsync($"{route}/status", new { enabled = true })).Expect(200);
        await ToldAsync(world, id, WebhookWorld.Created, WebhookWorld.Active, WebhookWorld.Active);

        world.World.Provider.RevokeUser("alice");
        var link = (await world.Project.PostAsync($"{route}/refresh")).Expect(200).Json.GetProperty("redirect_url").GetString()!;
        using (var browser = new TestBrowser())
        {
            await browser.ConnectAsync(link, "alice");
        }

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => world.Project.PostAsync($"{route}/revoke", new { })));
        (await world.Project.DeleteAsync(route)).Expect(200);
        await ToldAsync(
            world, id, WebhookWorld.Created, WebhookWorld.Active, WebhookWorld.Active, WebhookWorld.Expired, WebhookWorld.Reconnected, WebhookWorld.Revoked);
        await Eventually.HoldsAsync(() => world.Receiver.Received.Count == 6);
        Assert.Equal(
            ["INITIATED", "ACTIVE", "ACTIVE", "EXPIRED", "ACTIVE", "REVOKED"],
            (await world.DeliveriesAsync(id)).Reverse().Select(d => world.Receiver.Received
                .Single(one => one.Id == d.GetProperty("message_id").GetString()).Json.GetProperty("data").GetProperty("status").GetString()));
        Assert.DoesNotContain("cnry_", string.Concat(world.Receiver.Received.Select(one => one.Body)), StringComparison.Ordinal);
    }

    [Theory, OnBothEngines]
    public async Task Deleting_a_user_tells_of_each_account_and_deleting_the_project_leaves_nothing(string engine)
    {
        await using var world = await WebhookWorld.CreateAsync(engine);
        await world.SubscribeAsync([WebhookWorld.Revoked]);
        var accounts = new[] { await world.World.ConnectAsync("user_1", "alice"), await world.World.ConnectAsync("user_1", "bob", new { alias = "second" }) };
        (await world.Project.DeleteAsync("/api/v3.1/users/user_1")).Expect(200);
        await world.ReceivedAsync(2);
        Assert.Equal(accounts.Order(), world.Receiver.Received.Select(one => one.Json.GetProperty("data").GetProperty("id").GetString()).Order());
        Assert.All(world.Receiver.Received, one => Assert.True(one.Json.GetProperty("data").GetProperty("deleted").GetBoolean()));

        var project = (await world.Project.GetAsync("/api/v3.1/project")).Json.GetProperty("id").GetString();
        using var admin = world.World.Server.Client(world.World.Server.AdminKey);
        (await admin.DeleteAsync($"/api/v3.1/org/owner/project/{project}")).Expect(200);
        foreach (var table in new[] { "webhook", "webhook_delivery", "webhook_attempt", "outbox", "secret" })
        {
            Assert.Equal(0, await world.World.Server.Database.FindAsync<int>(RowScope.System, $"select count(*) from {table}", null, CancellationToken.None));
        }
    }

    [Theory, OnBothEngines]
    public async Task A_key_that_is_brought_and_replaced_is_told_without_the_key(string engine)
    {
        await using var keyed = await KeyedWorld.CreateAsync(engine);
        var id = (await keyed.Project.PostAsync("/api/v3.1/webhook_subscriptions", new { webhook_url = "https://app.example/hook", enabled_events = WebhookWorld.OfAccounts }))
            .Expect(201).Json.GetProperty("id").GetString();
        var account = (await keyed.ConnectAsync("2")).Expect(201).Json.GetProperty("id").GetString();
        (await keyed.Project.PatchAsync($"/api/v3.1/connected_accounts/{account}", new
        {
            connection = new { state = new { authScheme = "API_KEY", val = new { generic_api_key = KeyedWorld.Key, node = "2" } } },
        })).Expect(200);
        keyed.Answer(401, "{}");
        (await keyed.Project.PostAsync($"/api/v3.1/connected_accounts/{account}/test")).Expect(200);
        var bodies = await keyed.Server.Database.QueryAsync<string>(RowScope.System, "select body from webhook_delivery", null, CancellationToken.None);
        Assert.Equal(4, bodies.Count);
        Assert.All(bodies, body => Assert.DoesNotContain(KeyedWorld.Key, body, StringComparison.Ordinal));
        var log = (await keyed.Project.GetAsync($"/api/v3.1/webhook_subscriptions/{id}/deliveries")).Json.GetProperty("items");
        Assert.Equal(
            new[] { WebhookWorld.Created, WebhookWorld.Active, WebhookWorld.Reconnected, WebhookWorld.Expired }.Order(),
            log.EnumerateArray().Select(d => d.GetProperty("event_type").GetString()).Order());
    }

    [Theory, OnBothEngines]
    public async Task Where_the_change_does_not_happen_there_is_no_event(string engine)
    {
        await using var world = await WebhookWorld.CreateAsync(engine);
        var (id, _) = await world.SubscribeAsync();
        var database = world.World.Server.Database;
        var forbid = database.Engine == Engine.Sqlite
            ? "create trigger refuse before insert on flow begin select raise(abort, 'no'); end"
            : null;
        if (forbid is null)
        {
            await PostgresCluster.ExecuteAsSuperuserAsync(world.World.Server.DatabaseAddress, "alter table flow add constraint refuse check (stage <> 1)");
        }
        else
        {
            await database.WriteAsync(RowScope.System, session => session.ExecuteAsync(forbid, null), CancellationToken.None);
        }

        (await world.Project.PostAsync("/api/v3.1/connected_accounts/link", new { auth_config_id = world.World.AuthConfig, user_id = "user_1" })).Expect(500);
        Assert.Empty(await world.DeliveriesAsync(id));
    }

    [Theory, OnBothEngines]
    public async Task A_webhook_gets_what_it_asked_for_and_nothing_of_another_project(string engine)
    {
        await using var world = await WebhookWorld.CreateAsync(engine);
        using var other = await world.World.Server.NewProjectAsync("B");
        await using var foreign = await WebhookReceiver.StartAsync();
        (await other.PostAsync("/api/v3.1/webhook_subscriptions", new { webhook_url = foreign.Url, enabled_events = WebhookWorld.OfAccounts })).Expect(201);
        var (id, _) = await world.SubscribeAsync([WebhookWorld.Active]);
        await world.World.ConnectAsync("user_1", "alice");
        await ToldAsync(world, id, WebhookWorld.Active);
        await world.ReceivedAsync(1);
        Assert.Empty(foreign.Received);
    }

    private static async Task ToldAsync(WebhookWorld world, string webhook, params string[] expected) =>
        Assert.Equal(expected, (await world.DeliveriesAsync(webhook)).Reverse().Select(d => d.GetProperty("event_type").GetString()));
}
