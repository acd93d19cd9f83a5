using System.Text.Json;
using Behalf.Accounts.Connect;
using Behalf.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Behalf.Tests.Gateway.Entities;

/// <summary><c>initiate_connection</c>: what it finds, what it makes, and whose id it gives.</summary>
public sealed class ConnectTests
{
    [Theory, OnBothEngines]
    public async Task The_id_is_the_accounts_for_good_through_expiry_and_a_link_that_nobody_used(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var (first, _) = await InitiateAsync(world.Project, "user-123");

        // Clicked again, and again after the first invitation ran out: still the one account.
        var (second, _) = await InitiateAsync(world.Project, "user-123");
        await world.Server.Clock.AdvanceAsync(TimeSpan.FromMinutes(11));
        await world.Server.Services.GetRequiredService<ExpireFlows>().RunOnceAsync(CancellationToken.None);
        Assert.Equal("EXPIRED", await world.StatusAsync(first));
        var (third, link) = await InitiateAsync(world.Project, "user-123");
        Assert.Equal((first, first), (second, third));
        Assert.Equal("INITIATED", await world.StatusAsync(first));
        await FinishAsync(link, "alice");
        Assert.Equal("ACTIVE", await world.StatusAsync(first));

        world.Provider.RevokeUser("alice");
        var expired = (await ExecuteAsync(world.Project, first)).Expect(400).Json;
        Assert.Equal("ActionExecute_ConnectedAccountExpired", expired.GetProperty("type").GetString());
        Assert.Contains("http", expired.GetProperty("name").GetString(), StringComparison.Ordinal);
        var (again, reconnect) = await InitiateAsync(world.Project, "user-123");
        Assert.Equal((first, "EXPIRED"), (again, await world.StatusAsync(first)));
        await FinishAsync(reconnect, "alice");
        (await ExecuteAsync(world.Project, first)).Expect(200);
        Assert.Equal(1, (await world.Project.GetAsync("/api/v3.1/connected_accounts")).Json.GetProperty("total_items").GetInt32());
    }

    [Theory, OnBothEngines]
    public async Task Beside_an_account_that_works_there_is_room_for_a_second_one(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var first = await world.ConnectAsync("user-123", "alice");
        var (second, link) = await InitiateAsync(world.Project, "user-123");
        Assert.NotEqual(first, second);
        await FinishAsync(link, "bob");
        Assert.Equal(("ACTIVE", "ACTIVE"), (await world.StatusAsync(first), await world.StatusAsync(second)));

        // Expired beside one that works: not taken for whoever connects next.
        await SetExpiredAsync(world, first);
        Assert.DoesNotContain((await InitiateAsync(world.Project, "user-123")).Account, new[] { first, second });
    }

    [Theory, OnBothEngines]
    public async Task Two_requests_at_once_get_one_account(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        for (var round = 0; round < 5; round++)
        {
            // The users are known already: making one would be a lock of its own.
            var user = $"user-{round}";
            (await world.Project.PostAsync("/api/v3.1/users", new { user_id = user })).Expect(201);
            var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => (await InitiateAsync(world.Project, user)).Account));
            Assert.Single(ids.Distinct());
        }
    }

    [Theory, OnBothEngines]
    public async Task Without_an_auth_config_the_instances_own_app_is_used_and_without_one_a_sentence_says_what_to_do(string engine)
    {
        var apps = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["github:client_id"] = "Iv1.behalf",
            ["github:client_secret"] = "not-much-of-a-secret",
        }).Build();
        await using var server = await TestServer.StartAsync(engine, new TestServerOptions { Adjust = settings => settings with { ManagedApps = apps } });
        using var project = await server.NewProjectAsync();
        await InitiateAsync(project, "user-123", "github");
        await InitiateAsync(project, "user-456", "GITHUB");
        var config = Assert.Single((await project.GetAsync("/api/v3.1/auth_configs")).Json.GetProperty("items").EnumerateArray());
        Assert.Equal(("github", true), (config.GetProperty("toolkit").GetProperty("slug").GetString(), config.GetProperty("is_composio_managed").GetBoolean()));

        var missing = (await TryInitiateAsync(project, "user-123", "linear")).Expect(400).Json;
        Assert.Equal("This project has no auth config for Linear, and this server has no Linear app of its own to make one with.", missing.GetProperty("name").GetString());
        Assert.Contains("POST /api/v3.1/auth_configs", missing.GetProperty("details")[0].GetString(), StringComparison.Ordinal);

        // The project's own app comes before the instance's, once it is complete.
        var own = (await project.PostAsync("/api/v3.1/auth_configs", new { toolkit = new { slug = "linear" }, auth_config = new { type = "use_custom_auth" } })).Expect(201)
            .Json.GetProperty("auth_config").GetProperty("id").GetString();
        Assert.Contains($"The auth config {own} has no client_id yet", (await TryInitiateAsync(project, "user-123", "linear")).Expect(400).Json.GetProperty("name").GetString(), StringComparison.Ordinal);
        (await project.PatchAsync($"/api/v3.1/auth_configs/{own}", new { type = "custom", credentials = new { client_id = "a", client_secret = "b" } })).Expect(200);
        await InitiateAsync(project, "user-123", "linear");
        Assert.Contains("nosuchapp", (await TryInitiateAsync(project, "user-123", "nosuchapp")).Expect(404).Json.GetProperty("name").GetString(), StringComparison.Ordinal);
    }

    [Theory, OnBothEngines]
    public async Task A_credential_that_comes_along_connects_at_once_and_a_new_one_replaces_it_in_place(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        async Task<JsonElement> TypeAsync(string key) => (await TryTypeAsync(world.Project, key)).Expect(200).Json.GetProperty("connectionResponse");
        var first = await TypeAsync(await KeyOfAsync(world, "alice"));
        Assert.Equal(("ACTIVE", null), (first.GetProperty("connectionStatus").GetString(), first.GetProperty("redirectUrl").GetString()));
        var account = first.GetProperty("connectedAccountId").GetString()!;
        await SetExpiredAsync(world, account);
        Assert.Equal(account, (await TypeAsync(await KeyOfAsync(world, "alice"))).GetProperty("connectedAccountId").GetString());
        Assert.Equal("ACTIVE", await world.StatusAsync(account));

        // Not with the key of somebody else.
        await SetExpiredAsync(world, account);
        (await TryTypeAsync(world.Project, await KeyOfAsync(world, "bob"))).Expect(409);
        Assert.Equal("EXPIRED", await world.StatusAsync(account));
    }

    [Theory, OnBothEngines]
    public async Task A_user_key_connects_and_sees_its_own_user_alone(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var bobs = await world.ConnectAsync("user-456", "bob");
        using var agent = await world.UserKeyAsync("user-123");
        var (account, link) = await InitiateAsync(agent, "user-123");
        await FinishAsync(link, "alice");
        (await TryInitiateAsync(agent, "user-456")).Expect(403);
        (await agent.PostAsync("/api/v1/connectedAccounts", new { integrationId = world.AuthConfig, userUuid = "user-456" })).Expect(403);
        (await agent.GetAsync("/api/v1/connectedAccounts?user_uuid=user-456")).Expect(403);
        (await agent.GetAsync($"/api/v1/connectedAccounts/{bobs}")).Expect(403);
        (await agent.GetAsync($"/api/v1/connectedAccounts/{bobs}/info")).Expect(403);
        (await ExecuteAsync(agent, bobs)).Expect(403);
        Assert.Equal(account, Assert.Single((await agent.GetAsync("/api/v1/connectedAccounts")).Expect(200).Json.GetProperty("items").EnumerateArray()).GetProperty("id").GetString());
        (await ExecuteAsync(agent, account)).Expect(200);

        // It finds what the project set up, and sets up nothing.
        (await agent.PostAsync("/api/v1/integrations", new { appId = "sandbox", useComposioAuth = true })).Expect(200);
        (await agent.PostAsync("/api/v1/integrations", new { appId = "sandbox", forceNewIntegration = true })).Expect(403);
        (await agent.PostAsync("/api/v1/integrations", new { appId = "github", useComposioAuth = true })).Expect(403);
    }

    private static Task<Answer> TryInitiateAsync(TestClient client, string user, string app = "sandbox") =>
        client.PostAsync("/api/v2/connectedAccounts/initiateConnection", new
        {
            app = new { uniqueKey = app },
            config = new { name = app, useComposioAuth = false },
            connection = new { entityId = user, initiateData = new { }, extra = new { redirectURL = "", labels = Array.Empty<string>() } },
        });

    private static Task<Answer> TryTypeAsync(TestClient client, string key) =>
        client.PostAsync("/api/v2/connectedAccounts/initiateConnection", new
        {
            app = new { uniqueKey = "sandbox" },
            config = new { authScheme = "API_KEY", useComposioAuth = false },
            connection = new { entityId = "user-123", initiateData = new { api_key = key }, extra = new { redirectURL = "" } },
        });

    /// <summary>A key that the person made at the provider.</summary>
    private static async Task<string> KeyOfAsync(World world, string person)
    {
        using var provider = new TestClient(new Uri(world.Provider.BaseUrl), null);
        return (await provider.PostAsync($"/users/{person}/api_keys")).Json.GetProperty("api_key").GetString()!;
    }

    private static async Task<(string Account, string Link)> InitiateAsync(TestClient client, string user, string app = "sandbox")
    {
        var answer = (await TryInitiateAsync(client, user, app)).Expect(200).Json.GetProperty("connectionResponse");
        Assert.Equal("INITIATED", answer.GetProperty("connectionStatus").GetString());
        return (answer.GetProperty("connectedAccountId").GetString()!, answer.GetProperty("redirectUrl").GetString()!);
    }

    private static async Task FinishAsync(string link, string person)
    {
        using var browser = new TestBrowser();
        Assert.Equal("connected", (await browser.ConnectAsync(link, person)).Reason);
    }

    private static Task<Answer> ExecuteAsync(TestClient client, string account) =>
        client.PostAsync("/api/v2/actions/SANDBOX_GET_ME/execute", new { connectedAccountId = account, input = new { } });

    private static Task SetExpiredAsync(World world, string account) => AccountStates.SetAsync(world, account, 4);
}
