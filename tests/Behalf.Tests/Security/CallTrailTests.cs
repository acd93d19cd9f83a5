using Behalf.Tests.Support;

namespace Behalf.Tests.Security;

/// <summary>A11: what a provider reflects is taken out wherever it stands, and the trail tells that it was.</summary>
public sealed class CallTrailTests
{
    [Theory, OnBothEngines]
    public async Task A_reflected_secret_is_told_by_the_event_of_the_call(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var account = await world.ConnectAsync("user_1", "alice");
        await AssertReflectedAsync(world, "tool.executed", true, () => world.ExecuteAsync("SANDBOX_ECHO", "user_1"));
        await AssertReflectedAsync(world, "tool.executed", false, () => world.ExecuteAsync("SANDBOX_GET_ME", "user_1"));
        await AssertReflectedAsync(world, "proxy.executed", true, () => ProxyAsync(world, account, "/api/echo"));
        await AssertReflectedAsync(world, "proxy.executed", true, () => ProxyAsync(world, account, "/api/echo?place=error"));
        await AssertReflectedAsync(world, "proxy.executed", false, () => ProxyAsync(world, account, "/api/me"));
    }

    [Theory, OnBothEngines]
    public async Task A_header_that_the_proxy_hands_back_holds_no_secret(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var account = await world.ConnectAsync("user_1", "alice");
        foreach (var form in (string[])["raw", "url", "hex", "base64", "base64url", "json"])
        {
            await AssertReflectedAsync(world, "proxy.executed", true, async () =>
            {
                var answer = await ProxyAsync(world, account, $"/api/echo?place=header&as={form}");
                Assert.Contains("[redacted]", answer.Json.GetProperty("headers").GetProperty("X-Reflected").GetString(), StringComparison.Ordinal);
                return answer;
            });
        }

        // A redirect that is not followed is handed back, too.
        await AssertReflectedAsync(world, "proxy.executed", true, () => ProxyAsync(world, account, "/api/echo?place=location", "POST"));
    }

    [Theory, OnBothEngines]
    public async Task A_call_is_found_in_the_logs_by_its_auth_config(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var other = await World.CreateAuthConfigAsync(world.Server, world.Provider, world.Project);
        var account = await world.ConnectAsync("user_1", "alice");
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200);
        (await world.ExecuteAsync("SANDBOX_GET_MAIL", "user_1", new { message_id = 5 })).Expect(200);
        (await ProxyAsync(world, account, "/api/me")).Expect(200);
        Assert.Equal((3, 0), (await FoundAsync(world.AuthConfig), await FoundAsync(other)));

        async Task<int> FoundAsync(string config) => (await world.Project.PostAsync(
            "/api/v3.1/logs/tool_execution", new { filters = new[] { new { field = "auth_config_id", @operator = "==", value = config } } }))
            .Expect(200).Json.GetProperty("logs").GetArrayLength();
    }

    private static async Task AssertReflectedAsync(World world, string action, bool reflected, Func<Task<Answer>> call)
    {
        var answer = (await call()).Expect(200);
        Assert.DoesNotContain("cnry_", answer.Text, StringComparison.Ordinal);
        var last = (await world.Project.GetAsync($"/api/v3.1/audit/events?action={action}&limit=1")).Expect(200).Json.GetProperty("items")[0];
        Assert.True(last.GetProperty("detail").ToString().Contains("secret_reflected", StringComparison.Ordinal) == reflected, last.ToString());
    }

    private static Task<Answer> ProxyAsync(World world, string account, string endpoint, string method = "GET") => world.Project.PostAsync(
        "/api/v3.1/tools/execute/proxy", new { connected_account_id = account, endpoint, method });
}
