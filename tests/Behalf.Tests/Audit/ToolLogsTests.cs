using System.Text.Json;
using Behalf.Tests.Support;

namespace Behalf.Tests.Audit;

/// <summary>The wire's logs of tools, read from the trail.</summary>
public sealed class ToolLogsTests
{
    private const string Route = "/api/v3.1/logs/tool_execution";

    [Theory, OnBothEngines]
    public async Task A_call_is_found_by_the_id_of_its_event(string engine)
    {
        var server = await TestServer.SharedAsync(engine);
        using var acme = await server.NewProjectAsync();
        var project = await AuditRoutesTests.ProjectOfAsync(acme);
        var account = Id<IdKinds.Account>.New();
        var ids = await AuditRoutesTests.RecordAsync(server,
        [
            AuditRoutesTests.Call(project) with
            {
                UserId = "alice", AccountId = account, SessionId = "trs_1", RequestId = "req_1", Status = 201, DurationMs = 40,
                Detail = """{"attempt":1}""",
            },
        ]);
        var log = (await acme.GetAsync($"{Route}/{ids[0]}")).Expect(200).Json;
        Assert.Equal(ids[0].ToString(), log.GetProperty("id").GetString());
        Assert.Equal("tool.execution", log.GetProperty("type").GetString());
        Assert.Equal("success", log.GetProperty("status").GetString());
        Assert.Equal("info", log.GetProperty("level").GetString());
        Assert.Equal(JsonValueKind.Null, log.GetProperty("parent").ValueKind);
        Assert.Equal("GITHUB_CREATE_ISSUE", log.GetProperty("metadata").GetProperty("tool_slug").GetString());
        Assert.Equal(account.ToString(), log.GetProperty("metadata").GetProperty("connected_account_id").GetString());
        Assert.Equal(40, log.GetProperty("metrics").GetProperty("duration_ms").GetInt32());
        var timings = log.GetProperty("timings");
        Assert.Equal(40, timings.GetProperty("end_time").GetInt64() - timings.GetProperty("start_time").GetInt64());
        Assert.Equal("trs_1", log.GetProperty("context").GetProperty("session_id").GetString());
        Assert.Equal(JsonValueKind.Object, log.GetProperty("source").ValueKind);
        Assert.Equal(1, log.GetProperty("data").GetProperty("attempt").GetInt32());
    }

    [Theory, OnBothEngines]
    public async Task What_is_no_call_is_no_log(string engine)
    {
        var server = await TestServer.SharedAsync(engine);
        using var acme = await server.NewProjectAsync();
        var made = (await acme.GetAsync("/api/v3.1/audit/events")).Expect(200).Json.GetProperty("items")[0].GetProperty("id").GetString();
        (await acme.GetAsync($"{Route}/{made}")).Expect(404);
        Assert.Empty((await acme.PostAsync(Route, new { })).Expect(200).Json.GetProperty("logs").EnumerateArray());
    }

    [Theory, OnBothEngines]
    public async Task A_search_takes_every_field_and_operator(string engine)
    {
        var server = await TestServer.SharedAsync(engine);
        using var acme = await server.NewProjectAsync();
        var project = await AuditRoutesTests.ProjectOfAsync(acme);
        var (account, config) = (Id<IdKinds.Account>.New(), Id<IdKinds.AuthConfig>.New());
        var call = AuditRoutesTests.Call(project);
        var ids = await AuditRoutesTests.RecordAsync(server,
        [
            call with { UserId = "alice", AccountId = account, AuthConfigId = config, SessionId = "trs_1", RequestId = "r1" },
            call with { UserId = "bob", Tool = "SLACK_SEND_MESSAGE", Toolkit = "slack", Outcome = "failed", RequestId = "r2" },
            call with { UserId = "100%_sure", Outcome = "refused", Action = "proxy.executed", Tool = null },
        ]);
        foreach (var (field, @operator, value, expected) in new[]
        {
            ("tool_slug", "==", "slack_send_message", 1), ("tool_slug", "!=", "SLACK_SEND_MESSAGE", 2), ("tool_slug", "contains", "create", 1),
            ("tool_slug", "not_contains", "CREATE", 2), ("toolkit_slug", "==", "GitHub", 2), ("toolkit_slug", "contains", "la", 1),
            ("connected_account_id", "==", account.ToString(), 1), ("connected_account_id", "!=", account.ToString(), 2),
            ("connected_account_id", "==", "nonsense", 0), ("connected_account_id", "!=", "nonsense", 3),
            ("auth_config_id", "==", config.ToString(), 1), ("status", "==", "success", 1), ("status", "==", "failed", 2),
            ("status", "!=", "failed", 1), ("user_id", "==", "alice", 1), ("user_id", "==", "Alice", 0), ("user_id", "!=", "alice", 2),
            ("user_id", "contains", "LIC", 1), ("user_id", "contains", "%_", 1), ("user_id", "contains", "a%e", 0),
            ("user_id", "contains", "\\", 0), ("session_id", "==", "trs_1", 1), ("session_id", "!=", "trs_1", 2),
            ("sandbox_id", "==", "x", 0), ("sandbox_id", "!=", "x", 3), ("request_id", "contains", "r", 2),
            ("log_id", "==", ids[1].ToString(), 1),
        })
        {
            var found = (await acme.PostAsync(Route, new { filters = new[] { new { field, @operator, value } } })).Expect(200).Json;
            Assert.True(expected == found.GetProperty("logs").GetArrayLength(), $"{field} {@operator} {value}: {found}");
        }

        foreach (var (field, @operator) in new[] { ("colour", "=="), ("user_id", "<"), ("log_id", "contains") })
        {
            (await acme.PostAsync(Route, new { filters = new[] { new { field, @operator, value = "x" } } })).Expect(400);
        }

        (await acme.PostAsync(Route, new { filters = new[] { new { field = "user_id", @operator = "==" } } })).Expect(400);
        Assert.Equal(0, (await acme.PostAsync(Route, new { time_range = new { from = 0, to = 1000.5 } })).Expect(200).Json.GetProperty("logs").GetArrayLength());
    }

    [Theory, OnBothEngines]
    public async Task A_search_goes_page_by_page(string engine)
    {
        var server = await TestServer.SharedAsync(engine);
        using var acme = await server.NewProjectAsync();
        var project = await AuditRoutesTests.ProjectOfAsync(acme);
        await AuditRoutesTests.RecordAsync(server, Enumerable.Range(0, 5).Select(_ => AuditRoutesTests.Call(project)));
        var first = (await acme.PostAsync(Route, new { limit = 3 })).Expect(200).Json;
        Assert.Equal(3, first.GetProperty("logs").GetArrayLength());
        var second = (await acme.PostAsync(Route, new { limit = 3, cursor = first.GetProperty("next_cursor").GetString() })).Expect(200).Json;
        Assert.Equal(2, second.GetProperty("logs").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, second.GetProperty("next_cursor").ValueKind);
        (await acme.PostAsync(Route, new { limit = 0 })).Expect(400);
        (await acme.PostAsync(Route)).Expect(200);
    }
}
