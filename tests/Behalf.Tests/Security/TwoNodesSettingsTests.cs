using Behalf.Tests.Projects.Webhooks;
using Behalf.Tests.Support;

namespace Behalf.Tests.Security;

/// <summary>Two nodes on one PostgreSQL: keys, settings and deletions of one hold on the other with its next call.</summary>
public sealed class TwoNodesSettingsTests
{
    private const string Links = "/api/v3.1/connected_accounts/link";

    [Fact]
    public async Task Keys_that_are_made_rotated_regenerated_or_revoked_on_one_node_are_so_on_the_other()
    {
        await using var world = await World.CreateAsync("postgres");
        await using var other = await world.StartNodeAsync();
        var made = (await world.Project.PostAsync("/api/v3.1/api_keys", new { name = "second" })).Expect(201).Json;
        using var second = other.Client(made.GetProperty("key").GetString());
        (await second.GetAsync("/api/v3.1/project")).Expect(200);

        var rotated = (await world.Project.PostAsync(
            $"/api/v3.1/api_keys/{made.GetProperty("id").GetString()}/rotate", new { overlap_seconds = 0 })).Expect(200).Json;
        (await second.GetAsync("/api/v3.1/project")).Expect(401);
        using var third = other.Client(rotated.GetProperty("key").GetString());
        (await third.GetAsync("/api/v3.1/project")).Expect(200);
        (await world.Project.DeleteAsync($"/api/v3.1/api_keys/{rotated.GetProperty("id").GetString()}")).Expect(200);
        (await third.GetAsync("/api/v3.1/project")).Expect(401);

        using var there = other.Client(world.Project.Key);
        var project = (await there.GetAsync("/api/v3.1/project")).Expect(200).Json.GetProperty("id").GetString();
        using var admin = world.Server.Client(world.Server.AdminKey);
        (await admin.PostAsync($"/api/v3.1/org/owner/project/{project}/regenerate_api_key")).Expect(200);
        (await there.GetAsync("/api/v3.1/project")).Expect(401);
    }

    [Fact]
    public async Task What_a_project_and_its_auth_config_settle_on_one_node_binds_the_other()
    {
        await using var world = await World.CreateAsync("postgres");
        await using var other = await world.StartNodeAsync();
        using var there = other.Client(world.Project.Key);
        await world.ConnectAsync("user_1", "alice");
        var link = new { auth_config_id = world.AuthConfig, user_id = "user_2", callback_url = "https://old.example/done" };
        (await there.PostAsync(Links, link)).Expect(201);
        (await world.Project.PatchAsync("/api/v3.1/project", new { callback_urls = new[] { "https://new.example/done" } })).Expect(200);
        (await there.PostAsync(Links, link)).Expect(400);
        (await there.PostAsync(Links, link with { callback_url = "https://new.example/done" })).Expect(201);

        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1", with: there)).Expect(200);
        (await world.Project.PatchAsync($"/api/v3.1/auth_configs/{world.AuthConfig}", new
        {
            type = "custom",
            tool_access_config = new { tools_available_for_execution = new[] { "SANDBOX_LIST_MAIL" } },
        })).Expect(200);
        var refused = await world.ExecuteAsync("SANDBOX_GET_ME", "user_1", with: there);
        Assert.Equal(Refusal.ToolNotAllowed.Slug, refused.Expect(403).Slug);

        // A person who is on their way over the other node is confirmed from now on, too.
        (await world.Project.PatchAsync("/api/v3.1/project", new { connect_verification = "confirm", verifier_url = "https://app.example/verify" })).Expect(200);
        var (url, account) = await world.LinkAsync("user_3");
        using var browser = new TestBrowser();
        var callback = await browser.ConsentAsync(await browser.ContinueAsync(url), "bob");
        var page = await browser.OpenAsync(new UriBuilder(callback) { Port = other.Url.Port }.Uri);
        Assert.StartsWith("https://app.example/verify", page.Location?.AbsoluteUri, StringComparison.Ordinal);
        Assert.Equal("INITIATED", await world.StatusAsync(account));
    }

    [Fact]
    public async Task A_webhook_that_one_node_changes_or_deletes_is_so_for_the_others_deliveries()
    {
        await using var webhooks = await WebhookWorld.CreateAsync("postgres");
        var world = webhooks.World;
        await using var other = await world.StartNodeAsync();
        using var there = other.Client(world.Project.Key);
        await using var moved = await WebhookReceiver.StartAsync();
        var (id, secret) = await webhooks.SubscribeAsync([WebhookWorld.Created]);
        await InviteAsync("user_1");
        await webhooks.ReceivedAsync(1);

        (await world.Project.PatchAsync($"/api/v3.1/webhook_subscriptions/{id}", new { webhook_url = moved.Url })).Expect(200);
        await InviteAsync("user_2");
        await Eventually.HoldsAsync(() => moved.Received.Count == 1);
        var fresh = (await world.Project.PostAsync($"/api/v3.1/webhook_subscriptions/{id}/rotate_secret")).Expect(200).Json;
        Assert.NotEqual(secret, fresh.GetProperty("secret").GetString());
        await InviteAsync("user_3");
        await Eventually.HoldsAsync(() => moved.Received.Count == 2);
        Assert.Equal(2 * moved.Received[0].Signatures.Length, moved.Received[1].Signatures.Length);

        (await world.Project.DeleteAsync($"/api/v3.1/webhook_subscriptions/{id}")).Expect(200);
        await InviteAsync("user_4");
        (await there.GetAsync($"/api/v3.1/webhook_subscriptions/{id}")).Expect(404);
        Assert.Equal(0, await world.Server.Database.FindAsync<int>(
            Behalf.Storage.RowScope.System, "select count(*) from webhook_delivery", null, CancellationToken.None));
        Assert.Single(webhooks.Receiver.Received);

        async Task InviteAsync(string user) => (await there.PostAsync(Links, new { auth_config_id = world.AuthConfig, user_id = user })).Expect(201);
    }

    [Fact]
    public async Task A_deleted_account_user_or_project_is_gone_on_the_other_node()
    {
        await using var world = await World.CreateAsync("postgres");
        await using var other = await world.StartNodeAsync();
        using var there = other.Client(world.Project.Key);
        var alice = await world.ConnectAsync("user_1", "alice");
        await world.ConnectAsync("user_2", "bob");
        await world.ConnectAsync("user_3", "carol");
        using var agent = await world.UserKeyAsync("user_2");
        using var agentThere = other.Client(agent.Key);
        foreach (var user in (string[])["user_1", "user_2", "user_3"])
        {
            (await world.ExecuteAsync("SANDBOX_GET_ME", user, with: there)).Expect(200);
        }

        (await world.Project.DeleteAsync($"/api/v3.1/connected_accounts/{alice}")).Expect(200);
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1", with: there)).Expect(400);
        (await there.GetAsync($"/api/v3.1/connected_accounts/{alice}")).Expect(404);

        (await agentThere.GetAsync("/api/v3.1/connected_accounts")).Expect(200);
        (await world.Project.DeleteAsync("/api/v3.1/users/user_2")).Expect(200);
        (await agentThere.GetAsync("/api/v3.1/connected_accounts")).Expect(401);
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_2", with: there)).Expect(400);

        var project = (await there.GetAsync("/api/v3.1/project")).Expect(200).Json.GetProperty("id").GetString();
        using var admin = world.Server.Client(world.Server.AdminKey);
        (await admin.DeleteAsync($"/api/v3.1/org/owner/project/{project}")).Expect(200);
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_3", with: there)).Expect(401);
    }
}
