using System.Text.Json;
using Behalf.Tests.Support;

namespace Behalf.Tests.Gateway.Entities;

/// <summary>The requests that the Python entity SDK sends, in its order and with its headers, as they were recorded; and what
/// its models refuse to be without.</summary>
public sealed class PythonSequenceTests
{
    private static readonly (string, string)[] Headers =
        [("x-source", "python_sdk"), ("x-runtime", "composio"), ("x-composio-version", "0.7.21"), ("x-request-id", "0123456789abcdef0123456789abcdef")];

    /// <summary>All that its models take; one other in any app, and no app is read.</summary>
    private static readonly string[] KnownModes = ["OAUTH2", "OAUTH1", "API_KEY", "BASIC", "BEARER_TOKEN", "NO_AUTH"];

    [Theory, OnBothEngines]
    public async Task A_tool_set_for_each_user_connects_lists_and_executes(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        await FillCachesAsync(world.Project);
        foreach (var (user, person) in new[] { ("user-123", "alice"), ("user-456", "bob") })
        {
            var account = await ConnectAsync(world, user, person);
            var connection = Assert.Single((await GetAsync(world.Project, $"/v1/connectedAccounts?user_uuid={user}&pageSize=99999999&showActiveOnly=true")).GetProperty("items").EnumerateArray());
            Has(connection, "id", "status", "createdAt", "updatedAt", "appUniqueId", "appName", "integrationId", "connectionParams");
            Assert.Equal((account, "ACTIVE", "sandbox"), (Text(connection, "id"), Text(connection, "status"), Text(connection, "appName")));
            var info = await GetAsync(world.Project, $"/v1/connectedAccounts/{account}/info");
            Has(info, "body", "base_url", "parameters");
            Assert.Equal((user, 0), (Text(info, "entityId"), info.GetProperty("parameters").GetArrayLength()));

            var actions = (await GetAsync(world.Project, "/v2/actions?apps=SANDBOX")).GetProperty("items").EnumerateArray().ToList();
            Assert.All(actions, AssertAction);
            Assert.Single(actions, action => Text(action, "name") == "SANDBOX_GET_ME");
            Assert.Equal(person, await ExecuteAsync(world.Project, account, user));

            // With connected_account_ids and no entity, the SDK fills in "default".
            Assert.Equal(person, await ExecuteAsync(world.Project, account, "default"));
        }

        var fingerprints = world.Provider.Ledger.CallsOf("alice").Concat(world.Provider.Ledger.CallsOf("bob")).Select(call => (call.User, call.Fingerprint)).Distinct().ToList();
        Assert.Equal(2, fingerprints.Count);
        Assert.Equal(2, fingerprints.Select(f => f.Fingerprint).Distinct().Count());
    }

    [Theory, OnBothEngines]
    public async Task An_account_is_not_run_for_an_entity_that_is_not_its_own(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        await world.ConnectAsync("user-123", "alice");
        var bobs = await world.ConnectAsync("user-456", "bob");
        var before = world.Provider.Ledger.Requests.Count;
        var refused = (await SendAsync(world.Project, HttpMethod.Post, "/v2/actions/SANDBOX_GET_ME/execute", Execution(bobs, "user-123"))).Expect(403);
        Assert.Equal("ActionExecute_UserMismatch", Text(refused.Json, "type"));
        Assert.Equal(before, world.Provider.Ledger.Requests.Count);
    }

    [Theory, OnBothEngines]
    public async Task Credentials_in_a_call_are_refused_and_the_empty_frame_of_them_is_not(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        await world.ConnectAsync("user-123", "alice");
        Task<Answer> RunAsync(object authConfig) => SendAsync(
            world.Project, HttpMethod.Post, "/v2/actions/SANDBOX_GET_ME/execute", new { entityId = "user-123", input = new { }, authConfig });
        (await RunAsync(new { })).Expect(200);
        (await RunAsync(new { base_url = "", parameters = Array.Empty<object>(), body = new { } })).Expect(200);
        (await RunAsync(new { parameters = new[] { new { @in = "header", name = "Authorization", value = "Bearer x" } } })).Expect(400);
        (await RunAsync(new { base_url = "https://evil.example" })).Expect(400);
        (await SendAsync(world.Project, HttpMethod.Post, "/v2/actions/SANDBOX_GET_ME/execute", new { entityId = "user-123", text = "who am I?" })).Expect(400);
    }

    [Theory, OnBothEngines]
    public async Task The_names_in_the_applications_own_code_are_found_in_the_lists_of_their_apps(string engine)
    {
        using var project = await (await TestServer.SharedAsync(engine)).NewProjectAsync();
        static List<string?> Names(JsonElement page) => [.. page.GetProperty("items").EnumerateArray().Select(action => Text(action, "name"))];

        // get_tools(actions=[…]) fetches the apps and keeps what has just these names, of which one is an alias here.
        Assert.Equal("github", Text(await GetAsync(project, "/v2/actions/GITHUB_CREATE_ISSUE"), "appName"));
        var found = await GetAsync(project, "/v2/actions?apps=SLACK,GMAIL,GITHUB");
        Assert.All(new[] { "SLACK_SEND_MESSAGE", "GMAIL_SEND_EMAIL", "GITHUB_CREATE_ISSUE" }, name => Assert.Single(Names(found), name));
        var alias = found.GetProperty("items").EnumerateArray().Single(action => Text(action, "name") == "GITHUB_CREATE_ISSUE");
        Assert.DoesNotContain(alias.GetProperty("tags").EnumerateArray(), tag => tag.GetString() == "important");

        // Clients that leave the choice to the server see one of each.
        Assert.DoesNotContain("GITHUB_CREATE_ISSUE", Names((await project.GetAsync("/api/v2/actions?apps=github")).Expect(200).Json));
        Assert.Equal(["GITHUB_CREATE_AN_ISSUE"], Names((await project.GetAsync("/api/v2/actions?actions=GITHUB_CREATE_ISSUE")).Expect(200).Json));

        var searched = await GetAsync(project, "/v2/actions/search/advanced?useCase=create+an+issue&apps=github&limit=3");
        Assert.All(searched.GetProperty("items").EnumerateArray(), task => Has(task, "app", "actions", "description", "order"));
        Has(await GetAsync(project, "/v1/triggers/callback_url"), "callbackURL");
        var typed = (await SendAsync(project, HttpMethod.Post, "/v1/integrations", new { appId = "sandbox", name = "key", authScheme = "API_KEY", authConfig = new { } })).Expect(200).Json;
        Assert.All(typed.GetProperty("expectedInputFields").EnumerateArray(), field => Has(field, "name", "type", "description", "displayName", "is_secret", "required", "expected_from_customer"));
        Assert.NotEmpty(typed.GetProperty("expectedInputFields").EnumerateArray());
    }

    private static async Task FillCachesAsync(TestClient client)
    {
        Has((await GetAsync(client, "/v1/client/auth/client_info")).GetProperty("client"), "id");
        var apps = (await GetAsync(client, "/v1/apps")).GetProperty("items");
        Assert.All(apps.EnumerateArray(), AssertApp);
        Assert.All((await GetAsync(client, "/v2/actions")).GetProperty("items").EnumerateArray(), AssertAction);
        Assert.Equal(JsonValueKind.Array, (await GetAsync(client, "/v1/triggers")).ValueKind);
        foreach (var enums in new[] { "/v1/apps/list/enums", "/v2/actions/list/enums", "/v2/actions/list/tags", "/v1/triggers/list/enums" })
        {
            (await SendAsync(client, HttpMethod.Get, enums, null)).Expect(200);
        }

        Assert.Contains("SANDBOX_GET_ME", (await client.GetAsync("/api/v2/actions/list/enums")).Text.Split('\n'));
        AssertAction(await GetAsync(client, "/v2/actions/SANDBOX_GET_ME?version=latest"));
        Assert.Empty((await GetAsync(client, "/v1/triggers/active_triggers")).GetProperty("triggers").EnumerateArray());
        (await SendAsync(client, HttpMethod.Post, "/v1/logs", new { actionName = "X", result = "y" })).Expect(200);
    }

    private static async Task<string> ConnectAsync(World world, string user, string person)
    {
        var app = await GetAsync(world.Project, "/v1/apps/SANDBOX");
        var integration = (await SendAsync(world.Project, HttpMethod.Post, "/v1/integrations", new
        {
            appId = Text(app, "appId"),
            name = "sandbox_1700000000",
            useComposioAuth = true,
            forceNewIntegration = false,
        })).Expect(200).Json;
        Has(integration, "id", "name", "authScheme", "createdAt", "updatedAt", "enabled", "deleted", "appId", "appName", "expectedInputFields");
        Assert.Equal(world.AuthConfig, Text(integration, "id"));
        var request = (await SendAsync(world.Project, HttpMethod.Post, "/v1/connectedAccounts", new
        {
            integrationId = Text(integration, "id"),
            userUuid = user,
            data = new { },
            labels = Array.Empty<string>(),
            redirectUri = $"https://yourapp.com/auth/callback?userId={user}",
        })).Expect(200).Json;
        Assert.Equal("INITIATED", Text(request, "connectionStatus"));
        var account = Text(request, "connectedAccountId")!;
        Assert.Equal("INITIATED", Text(await GetAsync(world.Project, $"/v1/connectedAccounts/{account}"), "status"));

        using var browser = new TestBrowser();
        var page = await browser.ConnectAsync(Text(request, "redirectUrl")!, person);
        Assert.StartsWith($"https://yourapp.com/auth/callback?userId={user}&status=success&", page.Location?.AbsoluteUri, StringComparison.Ordinal);
        Assert.Equal("ACTIVE", Text(await GetAsync(world.Project, $"/v1/connectedAccounts/{account}"), "status"));
        return account;
    }

    private static async Task<string?> ExecuteAsync(TestClient client, string account, string entity)
    {
        var answer = (await SendAsync(client, HttpMethod.Post, "/v2/actions/SANDBOX_GET_ME/execute", Execution(account, entity))).Expect(200).Json;
        Assert.True(answer.GetProperty("successfull").GetBoolean() && answer.GetProperty("successful").GetBoolean(), answer.ToString());
        return Text(answer.GetProperty("data"), "id");
    }

    private static object Execution(string account, string entity) => new
    {
        connectedAccountId = account,
        entityId = entity,
        appName = "sandbox",
        input = new { },
        text = (string?)null,
        version = (string?)null,
        authConfig = (object?)null,
        sessionInfo = new { sessionId = "s" },
        allowTracing = false,
    };

    private static void AssertApp(JsonElement app)
    {
        Has(app, "name", "key", "appId", "description", "categories", "meta", "logo", "no_auth", "enabled", "auth_schemes");
        foreach (var scheme in app.GetProperty("auth_schemes").EnumerateArray())
        {
            Has(scheme, "scheme_name", "auth_mode", "fields");
            Assert.Contains(Text(scheme, "auth_mode"), KnownModes);
            Assert.All(scheme.GetProperty("fields").EnumerateArray(), field => Has(field, "name", "description", "type", "required", "expected_from_customer"));
        }
    }

    private static void AssertAction(JsonElement action)
    {
        Has(action, "name", "description", "parameters", "response", "appName", "appId", "version", "available_versions", "tags", "enabled");
        Has(action.GetProperty("parameters"), "properties", "title", "type");
        Has(action.GetProperty("response"), "properties", "title", "type");
    }

    private static void Has(JsonElement value, params string[] names) =>
        Assert.All(names, name => Assert.True(value.TryGetProperty(name, out var there) && there.ValueKind != JsonValueKind.Null, $"{name} in {value}"));

    private static async Task<JsonElement> GetAsync(TestClient client, string path) =>
        (await SendAsync(client, HttpMethod.Get, path, null)).Expect(200).Json;

    private static Task<Answer> SendAsync(TestClient client, HttpMethod method, string path, object? body) =>
        client.SendAsync(method, "/api" + path, body, Headers);

    private static string? Text(JsonElement value, string name) => value.GetProperty(name).GetString();
}
