using System.Text.Json;
using Behalf.Tests.Support;

namespace Behalf.Tests.Security;

/// <summary>One project never sees, names or harms what is another's; one user's key never another user's.</summary>
public sealed class IsolationTests
{
    /// <summary>Every route with an id, and what of project A its id is. A route that is missing here fails the test.</summary>
    private static readonly Dictionary<string, string> IdOf = new()
    {
        ["DELETE /api/v3.1/api_keys/{id}"] = "key",
        ["POST /api/v3.1/api_keys/{id}/rotate"] = "key",
        ["DELETE /api/v3.1/user_keys/{id}"] = "user_key",
        ["DELETE /api/v3.1/users/{userId}"] = "user",
        ["GET /api/v3.1/auth_configs/{id}"] = "auth_config",
        ["PATCH /api/v3.1/auth_configs/{id}"] = "auth_config",
        ["DELETE /api/v3.1/auth_configs/{id}"] = "auth_config",
        ["PATCH /api/v3.1/auth_configs/{id}/{status}"] = "auth_config",
        ["GET /api/v3.1/connected_accounts/{id}"] = "account",
        ["PATCH /api/v3.1/connected_accounts/{id}"] = "account",
        ["DELETE /api/v3.1/connected_accounts/{id}"] = "account",
        ["PATCH /api/v3.1/connected_accounts/{id}/status"] = "account",
        ["POST /api/v3.1/connected_accounts/{id}/refresh"] = "account",
        ["POST /api/v3.1/connected_accounts/{id}/revoke"] = "account",
        ["POST /api/v3.1/connected_accounts/{id}/test"] = "account",
        ["GET /api/v3.1/logs/tool_execution/{id}"] = "log",
        ["GET /api/v3.1/webhook_subscriptions/{id}"] = "webhook",
        ["PATCH /api/v3.1/webhook_subscriptions/{id}"] = "webhook",
        ["DELETE /api/v3.1/webhook_subscriptions/{id}"] = "webhook",
        ["POST /api/v3.1/webhook_subscriptions/{id}/rotate_secret"] = "webhook",
        ["GET /api/v3.1/webhook_subscriptions/{id}/deliveries"] = "webhook",
        ["GET /api/v3.1/webhook_subscriptions/{id}/deliveries/{deliveryId}"] = "webhook",
        ["POST /api/v3.1/webhook_subscriptions/{id}/deliveries/{deliveryId}/redeliver"] = "webhook",
        ["GET /api/v1/connectedAccounts/{id}"] = "account",
        ["GET /api/v1/connectedAccounts/{id}/info"] = "account",
        ["DELETE /api/v1/connectedAccounts/{id}"] = "account",
        ["POST /api/v1/connectedAccounts/{id}/enable"] = "account",
        ["POST /api/v1/connectedAccounts/{id}/disable"] = "account",
        ["POST /api/v1/connectedAccounts/{id}/reinitiate"] = "account",
        ["GET /api/v1/integrations/{id}"] = "auth_config",
        ["DELETE /api/v1/integrations/{id}"] = "auth_config",
    };

    /// <summary>Routes whose parameter is a name of the catalogue, the same for everybody, or whose key is the operator's.</summary>
    private static bool IsOfNobody(string route) =>
        Array.Exists(OfNobody, part => route.Contains(part, StringComparison.Ordinal));

    private static readonly string[] OfNobody = ["/toolkits/", "/tools/", "/org/owner/", "/apps/", "/actions/", "/triggers/"];

    [Theory, OnBothEngines]
    public async Task A8_another_projects_ids_look_like_ids_that_do_not_exist(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var ids = await IdsOfAAsync(world);
        using var b = await world.Server.NewProjectAsync("B");
        var document = (await b.GetAsync("/openapi.json")).Json;
        var routes = document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject().Select(o => $"{o.Name.ToUpperInvariant()} {p.Name}"))
            .Where(route => route.Contains('{', StringComparison.Ordinal) && !IsOfNobody(route)).ToList();
        Assert.Equal(IdOf.Keys.Order(StringComparer.Ordinal), routes.Order(StringComparer.Ordinal));
        foreach (var (route, kind) in IdOf)
        {
            var (method, path) = (route.Split(' ')[0], route.Split(' ')[1].Replace("{status}", "DISABLED", StringComparison.Ordinal));
            path = path.Replace("{deliveryId}", ids["delivery"], StringComparison.Ordinal);
            Task<Answer> AskAsync(string id) => b.SendAsync(
                new HttpMethod(method), path.Replace("{id}", id, StringComparison.Ordinal).Replace("{userId}", id, StringComparison.Ordinal), Body(route));
            var (foreign, unknown) = (await AskAsync(ids[kind]), await AskAsync(Unknown(ids[kind])));
            Assert.True(foreign.Status == 404, $"{route}: {foreign.Status} {foreign.Text}");
            Assert.Equal(unknown.Comparable, foreign.Comparable);
        }

        // Ids of A in bodies and queries of B.
        (await b.PostAsync("/api/v3.1/connected_accounts/link", new { auth_config_id = ids["auth_config"], user_id = "user_1" })).Expect(404);
        (await b.PostAsync("/api/v3.1/connected_accounts", new { auth_config = new { id = ids["auth_config"] }, connection = new { user_id = "user_1" } })).Expect(404);
        (await b.PostAsync("/api/v3.1/tools/execute/SANDBOX_GET_ME", new { connected_account_id = ids["account"], arguments = new { } })).Expect(404);
        (await b.PostAsync("/api/v3.1/tools/execute/proxy", new { connected_account_id = ids["account"], endpoint = "/api/me", method = "GET" })).Expect(404);
        (await b.PostAsync("/api/v1/connectedAccounts", new { integrationId = ids["auth_config"], userUuid = "user_1" })).Expect(404);
        (await b.PostAsync("/api/v2/connectedAccounts/initiateConnection", new { app = new { integrationId = ids["auth_config"] }, connection = new { entityId = "user_1" } })).Expect(404);
        (await b.PostAsync("/api/v2/actions/SANDBOX_GET_ME/execute", new { connectedAccountId = ids["account"], input = new { } })).Expect(404);
        (await b.PostAsync("/api/v2/actions/proxy", new { connectedAccountId = ids["account"], endpoint = "/api/me", method = "GET" })).Expect(404);
        foreach (var query in new[] { $"connectionId={ids["account"]}", $"integrationId={ids["auth_config"]}", "user_uuid=user_1", "" })
        {
            Assert.Equal(0, (await b.GetAsync("/api/v1/connectedAccounts?" + query)).Expect(200).Json.GetProperty("items").GetArrayLength());
        }

        Assert.Equal(0, (await b.GetAsync("/api/v1/integrations")).Expect(200).Json.GetProperty("items").GetArrayLength());
        foreach (var query in new[] { $"connected_account_ids={ids["account"]}", $"auth_config_ids={ids["auth_config"]}", "user_ids=user_1", "" })
        {
            Assert.Equal(0, (await b.GetAsync("/api/v3.1/connected_accounts?" + query)).Expect(200).Json.GetProperty("total_items").GetInt32());
        }

        foreach (var list in new[] { "users", "webhook_subscriptions", "connected_accounts/expiry_report" })
        {
            Assert.Equal(0, (await b.GetAsync("/api/v3.1/" + list)).Expect(200).Json.GetProperty("total_items").GetInt32());
        }

        // A's delivery under a webhook of B's own.
        var own = await WebhookAsync(b);
        (await b.GetAsync($"/api/v3.1/webhook_subscriptions/{own}/deliveries/{ids["delivery"]}")).Expect(404);
        (await b.PostAsync($"/api/v3.1/webhook_subscriptions/{own}/deliveries/{ids["delivery"]}/redeliver")).Expect(404);

        // Nothing of A changed by the asking.
        Assert.Equal("ACTIVE", await world.StatusAsync(ids["account"]));
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200);
        (await world.Project.GetAsync($"/api/v3.1/webhook_subscriptions/{ids["webhook"]}/deliveries/{ids["delivery"]}")).Expect(200);
    }

    [Theory, OnBothEngines]
    public async Task A_user_key_may_do_what_the_table_says_and_nothing_else(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var ids = await IdsOfAAsync(world);
        using var agent = await world.UserKeyAsync("user_1");
        var document = (await agent.GetAsync("/openapi.json")).Json;
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject())
            {
                var kinds = operation.Value.GetProperty("x-behalf-keys").EnumerateArray().Select(k => k.GetString()).ToList();
                if (kinds.Count == 0 || kinds.Contains("user key"))
                {
                    continue;
                }

                var filled = System.Text.RegularExpressions.Regex.Replace(path.Name, @"\{[^}]+\}", ids["account"]);
                var answer = await agent.SendAsync(new HttpMethod(operation.Name.ToUpperInvariant()), filled, operation.Name is "get" or "delete" ? null : new { });
                Assert.True(answer.Status == 403, $"{operation.Name} {path.Name}: {answer.Status}");
            }
        }

        string?[] allowed = [.. from path in document.GetProperty("paths").EnumerateObject()
                                from operation in path.Value.EnumerateObject()
                                where operation.Value.GetProperty("x-behalf-keys").EnumerateArray().Any(k => k.GetString() == "user key")
                                select $"{operation.Name.ToUpperInvariant()} {path.Name.Replace("/api/v3.1", "", StringComparison.Ordinal)}"];
        Assert.Equal(
            [
                "GET /api/v1/actions/list/enums", "GET /api/v1/apps", "GET /api/v1/apps/list/categories", "GET /api/v1/apps/list/enums",
                "GET /api/v1/apps/{app}", "GET /api/v1/client/auth/client_info", "GET /api/v1/connectedAccounts", "GET /api/v1/connectedAccounts/{id}",
                "GET /api/v1/connectedAccounts/{id}/info", "GET /api/v1/triggers", "GET /api/v1/triggers/active_triggers", "GET /api/v1/triggers/list/enums",
                "GET /api/v2/actions", "GET /api/v2/actions/list/all", "GET /api/v2/actions/list/enums", "GET /api/v2/actions/list/tags",
                "GET /api/v2/actions/search/advanced", "GET /api/v2/actions/{tool}", "GET /api/v2/triggers/{name}",
                "GET /connected_accounts", "GET /connected_accounts/{id}", "GET /toolkits", "GET /toolkits/categories", "GET /toolkits/{slug}",
                "GET /tools", "GET /tools/enum", "GET /tools/{tool}",
                "POST /api/v1/connectedAccounts", "POST /api/v1/integrations", "POST /api/v1/logs", "POST /api/v2/actions/proxy",
                "POST /api/v2/actions/{tool}/execute", "POST /api/v2/actions/{tool}/execute/get.inputs",
                "POST /api/v2/connectedAccounts/initiateConnection", "POST /connected_accounts", "POST /connected_accounts/link",
                "POST /toolkits/multi", "POST /tools/execute/proxy", "POST /tools/execute/{tool}", "POST /tools/scopes/required",
            ],
            allowed.Where(route => route is not ("GET /toolkits/changelog" or "POST /tools/execute/{tool}/input")).Order(StringComparer.Ordinal));
    }

    [Theory, OnBothEngines]
    public async Task A_user_keys_limits_hold_for_lists_calls_and_the_proxy(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        await world.ConnectAsync("user_1", "alice");
        using var reader = await world.UserKeyAsync("user_1", new { read_only = true });
        (await world.ExecuteAsync("SANDBOX_LIST_MAIL", "user_1", with: reader)).Expect(200);
        (await world.ExecuteAsync("SANDBOX_SEND_MAIL", "user_1", new { to = "bob", subject = "x", body = "y" }, reader)).Expect(403);
        (await reader.PostAsync("/api/v3.1/tools/execute/proxy", new { user_id = "user_1", toolkit = "sandbox", endpoint = "/api/issues", method = "POST", body = new { title = "x" } })).Expect(403);
        (await reader.PostAsync("/api/v3.1/tools/execute/proxy", new { user_id = "user_1", toolkit = "sandbox", endpoint = "/api/me", method = "GET" })).Expect(200);
        Assert.DoesNotContain("SANDBOX_SEND_MAIL", (await reader.GetAsync("/api/v3.1/tools/enum")).Text, StringComparison.Ordinal);

        using var single = await world.UserKeyAsync("user_1", new { tools = new[] { "sandbox_get_me" } });
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1", with: single)).Expect(200);
        (await world.ExecuteAsync("SANDBOX_LIST_MAIL", "user_1", with: single)).Expect(403);
        (await single.PostAsync("/api/v3.1/tools/execute/proxy", new { user_id = "user_1", toolkit = "sandbox", endpoint = "/api/me", method = "GET" })).Expect(403);

        using var elsewhere = await world.UserKeyAsync("user_1", new { toolkits = new[] { "github" } });
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1", with: elsewhere)).Expect(403);
        (await elsewhere.PostAsync("/api/v2/actions/SANDBOX_GET_ME/execute", new { entityId = "user_1", input = new { } })).Expect(403);
        (await elsewhere.PostAsync("/api/v2/connectedAccounts/initiateConnection", new { app = new { uniqueKey = "sandbox" } })).Expect(404);
        Assert.DoesNotContain("sandbox", (await elsewhere.GetAsync("/api/v1/apps/list/enums")).Text, StringComparison.Ordinal);
        Assert.Equal(0, (await elsewhere.GetAsync("/api/v1/connectedAccounts")).Json.GetProperty("items").GetArrayLength());
        Assert.Equal(0, (await elsewhere.GetAsync("/api/v3.1/connected_accounts")).Json.GetProperty("total_items").GetInt32());
    }

    [Theory, OnBothEngines]
    public async Task An_account_of_one_user_is_not_run_in_the_name_of_another(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        await world.ConnectAsync("user_1", "alice");
        var bobs = await world.ConnectAsync("user_2", "bob");
        var before = world.Provider.Ledger.Requests.Count;
        var refused = (await world.Project.PostAsync("/api/v3.1/tools/execute/SANDBOX_GET_ME", new { user_id = "user_1", connected_account_id = bobs })).Expect(403);
        Assert.Equal("ActionExecute_UserMismatch", refused.Slug);
        Assert.Equal(before, world.Provider.Ledger.Requests.Count);
    }

    private static async Task<string> WebhookAsync(TestClient project) => (await project.PostAsync(
        "/api/v3.1/webhook_subscriptions", new { webhook_url = "https://app.example/hook", enabled_events = new[] { "composio.connected_account.active" } }))
        .Expect(201).Json.GetProperty("id").GetString()!;

    private static async Task<Dictionary<string, string>> IdsOfAAsync(World world)
    {
        var webhook = await WebhookAsync(world.Project);
        var account = await world.ConnectAsync("user_1", "alice");
        var key = (await world.Project.PostAsync("/api/v3.1/api_keys", new { name = "second" })).Expect(201).Json.GetProperty("id").GetString()!;
        var userKey = (await world.Project.PostAsync("/api/v3.1/user_keys", new { user_id = "user_1" })).Expect(201).Json.GetProperty("id").GetString()!;
        var log = (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200).Json.GetProperty("log_id").GetString()!;
        var delivery = (await world.Project.GetAsync($"/api/v3.1/webhook_subscriptions/{webhook}/deliveries")).Expect(200).Json
            .GetProperty("items")[0].GetProperty("id").GetString()!;
        return new Dictionary<string, string>
        {
            ["webhook"] = webhook,
            ["delivery"] = delivery,
            ["account"] = account,
            ["auth_config"] = world.AuthConfig,
            ["key"] = key,
            ["user_key"] = userKey,
            ["user"] = "user_1",
            ["log"] = log,
        };
    }

    private static object? Body(string route) => route.StartsWith("GET", StringComparison.Ordinal) || route.StartsWith("DELETE", StringComparison.Ordinal) ? null
        : route.EndsWith("/status", StringComparison.Ordinal) ? new { enabled = false }
        : route.EndsWith("/auth_configs/{id}", StringComparison.Ordinal) ? new { type = "custom", name = "mine" }
        : new { };

    private static string Unknown(string id) => id.Contains('_', StringComparison.Ordinal) && id.Length > 10 ? id[..^4] + "AAAA" : id + "x";
}
