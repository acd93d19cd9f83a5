using System.Text.Json;
using Behalf.Tests.Support;

namespace Behalf.Tests.Hosting;

/// <summary>What the server really answers, beside what the published document promises: every field that is always there,
/// in its type. Documents can lie, our own included.</summary>
public sealed class WireAnswersTests
{
    [Theory]
    [OnBothEngines]
    public async Task Every_route_answers_with_every_required_field(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var checks = new AnswerChecks(world);
        await ProjectsAsync(checks, world);
        await AuthConfigsAsync(checks, world);
        await ToolkitsAsync(checks);
        var account = await AccountsAsync(checks, world);
        await ToolsAsync(checks, account);
        await WebhooksAsync(checks);
        await EndingsAsync(checks, world, account);
        Assert.Empty(checks.Wrong);
        Assert.Equal("", string.Join(", ", WireFields.Published.Keys.Except(checks.Routes)));
        Assert.Equal("", string.Join('\n', checks.Unseen()));
    }

    private static async Task ProjectsAsync(AnswerChecks checks, World world)
    {
        var admin = world.Server.Client(world.Server.AdminKey);
        var made = await checks.PostAsync("/org/owner/project/new", new { name = "Other", config = new { display_name = "Other app" } }, admin);
        var id = made.GetProperty("id").GetString();
        await checks.GetAsync("/org/owner/project/list", admin);
        await checks.GetAsync($"/org/owner/project/{id}", admin);
        await checks.PostAsync($"/org/owner/project/{id}/regenerate_api_key", null, admin);
        await checks.DeleteAsync($"/org/owner/project/{id}", admin);
        await checks.GetAsync("/org/project/config");
        await checks.PatchAsync("/org/project/config", new { display_name = "Acme", log_visibility_setting = "dont_store_data" });
    }

    private static async Task AuthConfigsAsync(AnswerChecks checks, World world)
    {
        var made = await checks.PostAsync("/auth_configs", new
        {
            toolkit = new { slug = "sandbox" },
            auth_config = new
            {
                type = "use_custom_auth",
                name = "Spare",
                authScheme = "OAUTH2",
                credentials = new { client_id = "a", client_secret = "b", scopes = new[] { "profile" } },
                restrict_to_following_tools = new[] { "SANDBOX_GET_ME" },
            },
        });
        var id = made.GetProperty("auth_config").GetProperty("id").GetString();
        await checks.GetAsync("/auth_configs");
        await checks.GetAsync($"/auth_configs/{id}");
        await checks.PatchAsync($"/auth_configs/{id}", new { type = "custom", name = "Spare one" });
        await checks.PatchAsync($"/auth_configs/{id}/DISABLED", null);
        await checks.DeleteAsync($"/auth_configs/{id}");
    }

    private static async Task ToolkitsAsync(AnswerChecks checks)
    {
        await checks.GetAsync("/toolkits?managed_by=all");
        await checks.GetAsync("/toolkits/categories");
        await checks.GetAsync("/toolkits/changelog");
        await checks.PostAsync("/toolkits/multi", new { toolkits = new[] { "github", "slack" } });

        // Between them they have every way to connect, and fields to fill in at both ends.
        foreach (var slug in (string[])["sandbox", "github", "linear", "gmail"])
        {
            await checks.GetAsync("/toolkits/" + slug);
        }
    }

    private static async Task<string> AccountsAsync(AnswerChecks checks, World world)
    {
        await checks.PostAsync("/connected_accounts/link", new { auth_config_id = world.AuthConfig, user_id = "user_1" });
        await checks.PostAsync("/connected_accounts", new { auth_config = new { id = world.AuthConfig }, connection = new { user_id = "user_1" } });
        var account = await world.ConnectAsync("user_1", "alice");
        await checks.GetAsync("/connected_accounts");
        await checks.GetAsync($"/connected_accounts/{account}");
        await checks.PatchAsync($"/connected_accounts/{account}", new { alias = "work" });
        await checks.PatchAsync($"/connected_accounts/{account}/status", new { enabled = true });
        await checks.PostAsync($"/connected_accounts/{account}/refresh");
        return account;
    }

    private static async Task ToolsAsync(AnswerChecks checks, string account)
    {
        await checks.GetAsync("/tools?toolkit_slug=github,sandbox&limit=1000");
        await checks.GetAsync("/tools?scopes=issues.write");
        await checks.GetAsync("/tools/enum");
        await checks.GetAsync("/tools/SANDBOX_GET_ME");
        await checks.PostAsync("/tools/scopes/required", new { tools = new[] { "SANDBOX_GET_ME", "SANDBOX_CREATE_ISSUE", "GITHUB_CREATE_ISSUE" } });
        await checks.PostAsync("/tools/execute/SANDBOX_GET_ME", new { connected_account_id = account, user_id = "user_1", arguments = new { } });
        await checks.PostAsync("/tools/execute/SANDBOX_GET_ME/input", new { text = "who am I?" });
        await checks.PostAsync("/tools/execute/proxy", new { connected_account_id = account, endpoint = "/api/me", method = "GET" });
        var logs = await checks.PostAsync("/logs/tool_execution", new { limit = 10 });
        await checks.GetAsync("/logs/tool_execution/" + logs.GetProperty("logs")[0].GetProperty("id").GetString());
    }

    private static async Task WebhooksAsync(AnswerChecks checks)
    {
        await checks.GetAsync("/webhook_subscriptions/event_types");
        var made = await checks.PostAsync("/webhook_subscriptions", new
        {
            webhook_url = "https://app.example/hook",
            enabled_events = new[] { "composio.trigger.message" },
        });
        var route = "/webhook_subscriptions/" + made.GetProperty("id").GetString();
        await checks.GetAsync("/webhook_subscriptions");
        await checks.GetAsync(route);
        await checks.PatchAsync(route, new { version = "V2" });
        await checks.PostAsync(route + "/rotate_secret");
        await checks.DeleteAsync(route);
    }

    private static async Task EndingsAsync(AnswerChecks checks, World world, string account)
    {
        await checks.PostAsync("/connected_accounts/complete_auth", new
        {
            user_id = "user_2",
            session_uri = await checks.ParkAsync("user_2", "bob"),
        });
        await checks.PostAsync($"/connected_accounts/{account}/revoke");
        await checks.DeleteAsync($"/connected_accounts/{account}");
    }
}
