using System.Text.Json.Nodes;
using Behalf.Tests.Support.Peers;
using static System.StringComparison;

namespace Behalf.Tests.Peers;

/// <summary>The drivers against a stub: they send what the SDK is known to send, and report what comes back.</summary>
public sealed class SdkDriverTests
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    public static TheoryData<string> Sdks => [.. SdkDriver.Sdks];

    [Theory]
    [MemberData(nameof(Sdks))]
    public async Task Every_call_sends_the_requests_it_is_known_for(string sdk)
    {
        var run = await RunAsync("all-calls", sdk, refuse: []);
        Assert.All(run.Steps, step => Assert.True(step.Ok, $"{step.Step}: {step.Error}"));
        Assert.Equal("", run.Warnings);

        Assert.Equal(ExpectedRequests(sdk), run.Steps
            .Where(step => step.Requests is not null)
            .Select(step => $"{step.Step}: {string.Join(" → ", step.Requests!)}".Replace("/api/v3.1", "", Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Sdks))]
    public async Task The_seeds_own_code_links_waits_lists_and_acts_for_both_users(string sdk)
    {
        var run = await RunAsync("seed2", sdk, refuse: []);
        Assert.All(run.Steps, step => Assert.True(step.Ok, $"{step.Step}: {step.Error}"));
        Assert.Equal(2, run.Steps.Count(step => step.Visit is not null));
        var look = Assert.Single(run["tools user_2"].Requests!);
        Assert.Equal("GET /api/v3.1/tools?toolkit_slug=GITHUB&important=true&toolkit_versions=latest", look);
        Assert.Contains("POST /api/v3.1/tools/execute/GITHUB_GET_A_REPOSITORY", run["agent user_2"].Requests!);
    }

    [Theory]
    [MemberData(nameof(Sdks))]
    public async Task A_refusal_shows_as_a_403(string sdk)
    {
        var run = await RunAsync("foreign-user", sdk, refuse: [("connected_accounts", 403), ("execute", 403)]);
        Assert.Equal(8, run.Steps.Count);
        Assert.All(run.Steps, step => Assert.Equal(403, step.Error!.Status));
        Assert.Contains("PermissionDeniedError", run["list foreign user"].Error!.Classes);
    }

    [Theory]
    [MemberData(nameof(Sdks))]
    public async Task A_failing_execute_is_sent_once(string sdk)
    {
        var run = await RunAsync("single-execute", sdk, refuse: [("tools/execute", 503)]);
        Assert.Equal(503, run["execute"].Error!.Status);
        Assert.Single(run["execute"].Requests!, request => request.StartsWith("POST", Ordinal));
    }

    private async Task<DriverRun> RunAsync(string script, string sdk, (string Path, int Status)[] refuse)
    {
        var rules = refuse.Select(rule => new { path = rule.Path, status = rule.Status });
        await using var stub = await NodePeer.StartServerAsync("stub.mjs", new { refuse = rules }, ct);
        var url = stub.Ready.GetProperty("url").GetString()!;
        var config = new JsonObject
        {
            ["apiKey"] = "ak_stub",
            ["recorder"] = url,
            ["toolkit"] = "github",
            ["toolkits"] = new JsonArray("GITHUB"),
            ["credentials"] = new JsonObject { ["client_id"] = "a", ["client_secret"] = "b" },
            ["scopes"] = new JsonArray("repo"),
            ["authConfigId"] = "ac_1",
            ["user"] = "user_1",
            ["otherUser"] = "user_2",
            ["newUser"] = "user_3",
            ["ownUser"] = "user_1",
            ["foreignUser"] = "user_2",
            ["foreignAccountId"] = "ca_2",
            ["users"] = new JsonArray("user_1", "user_2"),
            ["callbackUrl"] = "https://app.test/cb",
            ["tools"] = new JsonArray("GITHUB_A", "GITHUB_B"),
            ["tool"] = "GITHUB_GET_A_REPOSITORY",
            ["arguments"] = new JsonObject { ["owner"] = "o" },
            ["proxyEndpoint"] = "/user",
        };
        return await SdkDriver.RunAsync(script, sdk, new Uri(url), config, _ => Task.CompletedTask, ct);
    }

    private static IEnumerable<string> ExpectedRequests(string sdk)
    {
        const string LookFirst = "GET /connected_accounts?auth_config_ids=ac_1&statuses=ACTIVE&user_ids=";
        const string Tool = "GITHUB_GET_A_REPOSITORY";
        const string ExecuteAfterLooking = $"GET /tools/{Tool}?toolkit_versions=latest → POST /tools/execute/{Tool}";
        var search = sdk == "sdk-0.21" ? "query" : "search";
        return
        [
            "authConfigs.create managed: POST /auth_configs",
            "authConfigs.create custom: POST /auth_configs",
            "authConfigs.create spare: POST /auth_configs",
            "authConfigs.list: GET /auth_configs?limit=5&toolkit_slug=github",
            "authConfigs.get: GET /auth_configs/ac_1",
            "authConfigs.update: PATCH /auth_configs/ac_1",
            "authConfigs.disable: PATCH /auth_configs/ac_1/DISABLED",
            "authConfigs.enable: PATCH /auth_configs/ac_1/ENABLED",
            "authConfigs.delete: DELETE /auth_configs/ac_1",
            $"connectedAccounts.link: {LookFirst}user_1 → POST /connected_accounts/link",
            "request.waitForConnection: GET /connected_accounts/ca_1",
            "connectedAccounts.waitForConnection: GET /connected_accounts/ca_1",
            "connectedAccounts.list: GET /connected_accounts?limit=10"
                + "&statuses=ACTIVE,EXPIRED&toolkit_slugs=github&user_ids=user_1,user_2",
            "connectedAccounts.get: GET /connected_accounts/ca_1",
            "connectedAccounts.disable: PATCH /connected_accounts/ca_1/status",
            "connectedAccounts.enable: PATCH /connected_accounts/ca_1/status",
            $"connectedAccounts.link again: {LookFirst}user_1 → POST /connected_accounts/link",
            $"connectedAccounts.initiate: {LookFirst}user_2 → POST /connected_accounts",
            "second.waitForConnection: GET /connected_accounts/ca_2",
            "toolkits.authorize: GET /toolkits/github → GET /auth_configs?toolkit_slug=github"
                + $" → {LookFirst}user_3 → POST /connected_accounts",
            "connectedAccounts.delete authorized: DELETE /connected_accounts/ca_2",
            "toolkits.get list: GET /toolkits?limit=5",
            "toolkits.get slug: GET /toolkits/github",
            "toolkits.getAuthConfigCreationFields: GET /toolkits/github",
            "toolkits.getConnectedAccountInitiationFields: GET /toolkits/github",
            "toolkits.listCategories: GET /toolkits/categories",
            .. sdk == "sdk-0.21" ? (string[])["toolkits.changelog: GET /toolkits/changelog"] : [],
            "tools.get toolkits: GET /tools?toolkit_slug=github&important=true&toolkit_versions=latest",
            "tools.get tools: GET /tools?tool_slugs=GITHUB_A,GITHUB_B&limit=9999&toolkit_versions=latest",
            $"tools.get search: GET /tools?{search}=issue&toolkit_versions=latest",
            $"tools.get slug: GET /tools/{Tool}?toolkit_versions=latest",
            $"tools.getRawComposioToolBySlug: GET /tools/{Tool}?toolkit_versions=latest",
            $"tools.getInput: POST /tools/execute/{Tool}/input",
            $"tools.execute by user: {ExecuteAfterLooking}",
            $"tools.execute by account: {ExecuteAfterLooking}",
            "tools.proxyExecute: POST /tools/execute/proxy",
            "connectedAccounts.refresh: POST /connected_accounts/ca_1/refresh?redirect_url=https://app.test/cb",
            .. sdk == "sdk-0.21" ? (string[])["connectedAccounts.revoke: POST /connected_accounts/ca_2/revoke"] : [],
            "connectedAccounts.delete: DELETE /connected_accounts/ca_1",
            "connectedAccounts.get deleted: GET /connected_accounts/ca_1",
        ];
    }
}
