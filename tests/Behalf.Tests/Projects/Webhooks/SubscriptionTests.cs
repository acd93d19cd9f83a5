using Behalf.Storage;
using Behalf.Tests.Support;

namespace Behalf.Tests.Projects.Webhooks;

/// <summary>Webhook subscriptions on the wire.</summary>
public sealed class SubscriptionTests
{
    private const string Route = "/api/v3.1/webhook_subscriptions";

    private static readonly (string Url, int Status)[] Unwanted =
    [
        ("http://app.example/hook", 403),
        ("http://127.0.0.1/hook", 403),
        ("https://127.0.0.1/hook", 403),
        ("https://localhost/hook", 403),
        ("https://a.localhost/hook", 403),
        ("https://2130706433/hook", 403),
        ("https://0x7f.1/hook", 403),
        ("https://10.1.2.3/hook", 403),
        ("https://169.254.169.254/latest", 403),
        ("https://[::1]/hook", 403),
        ("https://[::ffff:10.0.0.1]/hook", 403),
        ("https://[64:ff9b::7f00:1]/hook", 403),
        ("https://8.8.8.8:5432/hook", 403),
        ("https://user@app.example/hook", 400),
        ("https://app.example/hook#part", 400),
        ("ftp://app.example/hook", 400),
        ("/hook", 400),
        ("https://app.example/\\hook", 400),
        ("", 400),
    ];

    [Theory, OnBothEngines]
    public async Task A_subscription_is_made_listed_changed_and_ended(string engine)
    {
        using var project = await (await TestServer.SharedAsync(engine)).NewProjectAsync();
        var made = (await project.PostAsync(Route, new { webhook_url = "https://app.example/hook", enabled_events = new[] { WebhookWorld.Expired } })).Expect(201).Json;
        var id = made.GetProperty("id").GetString()!;
        Assert.StartsWith("ws_", id, StringComparison.Ordinal);
        Assert.Equal("V3", made.GetProperty("version").GetString());
        Assert.Equal(38 + 12, made.GetProperty("secret").GetString()!.Length);

        var changed = (await project.PatchAsync($"{Route}/{id}", new { enabled_events = WebhookWorld.OfAccounts, version = "V1" })).Expect(200).Json;
        Assert.Equal(WebhookWorld.OfAccounts, changed.GetProperty("enabled_events").EnumerateArray().Select(e => e.GetString()));
        Assert.Equal("https://app.example/hook", changed.GetProperty("webhook_url").GetString());
        var listed = Assert.Single((await project.GetAsync(Route + "?limit=1")).Expect(200).Json.GetProperty("items").EnumerateArray());
        Assert.Equal("V1", listed.GetProperty("version").GetString());
        Assert.Equal(id, listed.GetProperty("id").GetString());

        Assert.True((await project.DeleteAsync($"{Route}/{id}")).Expect(200).Json.GetProperty("success").GetBoolean());
        (await project.GetAsync($"{Route}/{id}")).Expect(404);
        (await project.DeleteAsync($"{Route}/{id}")).Expect(404);
        var actions = (await project.GetAsync("/api/v3.1/audit/events")).Json.GetProperty("items").EnumerateArray().Select(e => e.GetProperty("action").GetString());
        Assert.Superset(new HashSet<string?> { "webhook.created", "webhook.updated", "webhook.deleted" }, actions.ToHashSet());
    }

    [Theory, OnBothEngines]
    public async Task A_secret_is_shown_when_it_is_made_and_never_again(string engine)
    {
        var server = await TestServer.SharedAsync(engine);
        using var project = await server.NewProjectAsync();
        var made = (await project.PostAsync(Route, new { webhook_url = "https://app.example/hook", enabled_events = new[] { WebhookWorld.Expired } })).Expect(201).Json;
        var (id, first) = (made.GetProperty("id").GetString(), made.GetProperty("secret").GetString()!);
        var second = (await project.PostAsync($"{Route}/{id}/rotate_secret")).Expect(200).Json.GetProperty("secret").GetString()!;
        Assert.NotEqual(first, second);
        var shown = (await project.GetAsync($"{Route}/{id}")).Text + (await project.GetAsync(Route)).Text
            + (await project.PatchAsync($"{Route}/{id}", new { version = "V2" })).Text + (await project.GetAsync("/api/v3.1/audit/events")).Text;
        Assert.DoesNotContain("whsec_", shown, StringComparison.Ordinal);
        Assert.Equal("REDACTED", (await project.GetAsync($"{Route}/{id}")).Json.GetProperty("secret").GetString());
    }

    [Theory, OnBothEngines]
    public async Task A_project_has_ten_subscriptions_at_most_however_fast_it_asks(string engine)
    {
        using var project = await (await TestServer.SharedAsync(engine)).NewProjectAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            project.PostAsync(Route, new { webhook_url = $"https://app.example/{i}", enabled_events = new[] { WebhookWorld.Expired } })));
        Assert.Equal(10, answers.Count(answer => answer.Status == 201));
        Assert.Equal(10, answers.Count(answer => answer.Status == 409));
    }

    [Fact]
    public async Task A12_what_can_be_seen_to_be_no_public_https_address_is_refused_when_it_is_typed()
    {
        await using var server = await TestServer.StartAsync("sqlite", new TestServerOptions { Adjust = settings => settings with { EgressAllow = null } });
        using var project = await server.NewProjectAsync();
        var good = (await project.PostAsync(Route, new { webhook_url = "https://8.8.8.8:8443/hook", enabled_events = new[] { WebhookWorld.Expired } })).Expect(201).Json;
        foreach (var (url, status) in Unwanted)
        {
            var made = await project.PostAsync(Route, new { webhook_url = url, enabled_events = new[] { WebhookWorld.Expired } });
            var changed = await project.PatchAsync($"{Route}/{good.GetProperty("id").GetString()}", new { webhook_url = url });
            Assert.Equal((url, status, status), (url, made.Status, changed.Status));
            Assert.Equal(status == 403 ? "egress_denied" : "Request_Invalid", made.Slug);
        }
    }

    [Theory]
    [InlineData("""{"webhook_url":"https://a.example","enabled_events":[]}""")]
    [InlineData("""{"webhook_url":"https://a.example"}""")]
    [InlineData("""{"webhook_url":"https://a.example","enabled_events":["composio.connected_account.renamed"]}""")]
    [InlineData("""{"webhook_url":"https://a.example","enabled_events":["composio.connected_account.expired"],"version":"V4"}""")]
    [InlineData("""{"webhook_url":"https://a.example","enabled_events":[null]}""")]
    public async Task A_subscription_to_what_there_is_not_is_refused(string body)
    {
        using var project = await (await TestServer.SharedAsync("sqlite")).NewProjectAsync();
        (await project.PostAsync(Route, body)).Expect(400);
    }

    [Theory, OnBothEngines]
    public async Task A_deleted_subscription_leaves_no_row_and_no_secret(string engine)
    {
        await using var world = await WebhookWorld.CreateAsync(engine);
        world.Receiver.Answer(500);
        var (id, _) = await world.SubscribeAsync();
        await world.TriggerAsync();
        await world.AttemptedAsync(id, 1);
        (await world.Project.DeleteAsync($"{Route}/{id}")).Expect(200);
        foreach (var table in new[] { "webhook", "webhook_delivery", "webhook_attempt", "outbox", "secret where kind = 4" })
        {
            Assert.Equal(0, await world.World.Server.Database.FindAsync<int>(RowScope.System, "select count(*) from " + table, null, CancellationToken.None));
        }
    }

    [Theory, OnBothEngines]
    public async Task Event_types_say_what_there_is_to_ask_for(string engine)
    {
        using var project = await (await TestServer.SharedAsync(engine)).NewProjectAsync();
        var types = (await project.GetAsync(Route + "/event_types")).Expect(200).Json.GetProperty("items").EnumerateArray()
            .Select(type => type.GetProperty("event_type").GetString()!).ToArray();
        Assert.Empty(WebhookWorld.OfAccounts.Append(WebhookWorld.Report).Except(types));
        (await project.PostAsync(Route, new { webhook_url = "https://app.example/hook", enabled_events = types })).Expect(201);
    }
}
