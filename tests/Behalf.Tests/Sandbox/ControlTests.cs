using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Behalf.Sandbox;
using Behalf.Sandbox.Ledger;
using Behalf.Sandbox.Provider;

namespace Behalf.Tests.Sandbox;

public sealed class ControlTests
{
    [Fact]
    public async Task Without_controls_there_are_none()
    {
        await using var provider = await TestProvider.StartAsync();
        foreach (var control in new[] { "mode", "fail", "reset", "revoke_user", "expire_access" })
        {
            using var response = await PostAsync(provider, control, new JsonObject());
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }

        using var ledger = await provider.Http.GetAsync("/ctl/ledger");
        Assert.Equal(HttpStatusCode.NotFound, ledger.StatusCode);
    }

    [Fact]
    public async Task Modes_change_one_by_one_and_the_rest_stays()
    {
        await using var provider = await TestProvider.StartAsync(controls: true);
        using var response = await PostAsync(provider, "mode", new JsonObject
        {
            ["rotation"] = "until_used",
            ["grace_ms"] = 5,
            ["access_token_lifetime_s"] = 6,
            ["idle_limit_s"] = 7,
            ["token_latency_ms"] = 8,
            ["api_latency_ms"] = 9,
            ["revoke_reach"] = "grant",
            ["include_refresh_token_on_refresh"] = false,
            ["issue_refresh_tokens"] = false,
            ["expires_in"] = "huge",
            ["iss"] = "wrong",
            ["subject"] = "other",
        });
        var expected = new ProviderModes
        {
            Rotation = Rotation.UntilUsed,
            GraceMs = 5,
            AccessTokenLifetimeS = 6,
            IdleLimitS = 7,
            TokenLatencyMs = 8,
            ApiLatencyMs = 9,
            RevokeReach = RevokeReach.Grant,
            IncludeRefreshTokenOnRefresh = false,
            IssueRefreshTokens = false,
            ExpiresIn = ExpiresIn.Huge,
            Iss = Iss.Wrong,
            Subject = Subject.Other,
        };
        Assert.Equal(expected, provider.Host.Modes);
        await PostAsync(provider, "mode", new JsonObject { ["rotation"] = "strict" });
        Assert.Equal(expected with { Rotation = Rotation.Strict }, provider.Host.Modes);
    }

    [Theory]
    [InlineData("mode", """{"rotatoin":"none"}""")]
    [InlineData("mode", """{"rotation":"sometimes"}""")]
    [InlineData("mode", """{"grace_ms":-1}""")]
    [InlineData("mode", """{"access_token_lifetime_s":0}""")]
    [InlineData("fail", """{"on":"other","kind":"timeout"}""")]
    [InlineData("fail", """{"on":"api","kind":"explode"}""")]
    [InlineData("fail", """{"on":"api"}""")]
    [InlineData("fail", """{"on":"api","kind":"timeout","count":0}""")]
    [InlineData("revoke_user", "{}")]
    public async Task Nonsense_changes_nothing(string control, string body)
    {
        await using var provider = await TestProvider.StartAsync(controls: true);
        using var response = await PostAsync(provider, control, JsonNode.Parse(body)!);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(new ProviderModes(), provider.Host.Modes);
        Assert.Empty(provider.Host.Faults.Due);
    }

    [Fact]
    public async Task Every_kind_of_fault_has_a_name_on_the_wire()
    {
        await using var provider = await TestProvider.StartAsync(controls: true);
        string[] names =
        [
            "status_500", "status_502", "status_503", "status_429", "timeout", "timeout_after", "rst_before", "rst_after",
            "half_close", "html_200", "truncated_json", "garbage", "huge_body", "gzip_bomb", "invalid_grant",
            "invalid_client", "echo_secret",
        ];
        foreach (var name in names)
        {
            var fault = new JsonObject { ["on"] = "refresh", ["kind"] = name, ["retry_after"] = 3, ["count"] = 2 };
            using var response = await PostAsync(provider, "fail", fault);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal(Enum.GetValues<FaultKind>(), provider.Host.Faults.Due.Select(fault => fault.Kind));
        Assert.All(provider.Host.Faults.Due, fault => Assert.Equal((Step.Refresh, 3, 2), (fault.On, fault.RetryAfter, fault.Count)));
    }

    [Fact]
    public async Task Users_are_revoked_and_access_tokens_expired_from_outside()
    {
        await using var provider = await TestProvider.StartAsync(controls: true);
        var (alice, bob) = (await provider.ConnectAsync("alice"), await provider.ConnectAsync("bob"));
        await PostAsync(provider, "expire_access", new JsonObject { ["user"] = "alice" });
        Assert.False(await provider.WorksAsync(alice.Access));
        Assert.True(await provider.WorksAsync((await provider.RefreshedAsync(alice.Refresh)).Access));
        await PostAsync(provider, "revoke_user", new JsonObject { ["user"] = "alice", ["client"] = provider.App.ClientId });
        using var refused = await provider.RefreshAsync(alice.Refresh);
        Assert.Equal("400 invalid_grant", await TestProvider.ErrorAsync(refused));
        Assert.True(await provider.WorksAsync(bob.Access));
    }

    [Fact]
    public async Task The_ledger_can_be_read_from_outside_and_does_not_list_the_controls()
    {
        await using var provider = await TestProvider.StartAsync(controls: true);
        var tokens = await provider.ConnectAsync("alice");
        await provider.RefreshedAsync(tokens.Refresh);
        await provider.WorksAsync(tokens.Access);
        var last = provider.Host.Ledger.Requests[^2].Sequence;

        var ledger = (await provider.Http.GetFromJsonAsync<JsonObject>("/ctl/ledger"))!;
        string[] counts = ["refreshes", "reuse_revocations", "max_parallel_refreshes"];
        Assert.Equal([1, 0, 1], counts.Select(name => (int)ledger[name]!));
        Assert.Contains(tokens.Refresh, ledger["live_families"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("refreshed", (string?)ledger["events"]![1]!["kind"]);
        var seen = (await provider.Http.GetFromJsonAsync<JsonObject>($"/ctl/ledger?after={last}"))!["requests"]!.AsArray();
        Assert.Equal($"Bearer {tokens.Access}", (string?)Assert.Single(seen)!["headers"]!["Authorization"]);
        Assert.DoesNotContain(provider.Host.Ledger.Requests, request => request.Path.StartsWith("/ctl", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reset_forgets_all_but_registrations()
    {
        await using var provider = await TestProvider.StartAsync(controls: true);
        var tokens = await provider.ConnectAsync("alice");
        await provider.ApiAsync(tokens.Access, "/api/issues", HttpMethod.Post, new { title = "Mine" });
        provider.Host.Modes = provider.Host.Modes with { Rotation = Rotation.Strict };
        provider.Host.Faults.Add(Step.Api, FaultKind.Timeout);
        await PostAsync(provider, "reset", new JsonObject());

        Assert.Equal(new ProviderModes(), provider.Host.Modes);
        Assert.Empty(provider.Host.Faults.Due);
        Assert.Empty(provider.Host.Ledger.Requests);
        Assert.Empty(provider.Host.Ledger.LiveFamilies);
        Assert.False(await provider.WorksAsync(tokens.Access));
        using var issues = await provider.ApiAsync((await provider.ConnectAsync("alice")).Access, "/api/issues");
        Assert.Equal(2, (await TestProvider.JsonAsync(issues))["items"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("192.0.2.1", false)]
    [InlineData("::", false)]
    public void Log_and_controls_are_for_this_machine(string address, bool local) =>
        Assert.Equal(local, LoopbackOnly.IsLocal(IPAddress.Parse(address)));

    [Fact]
    public async Task Apps_and_users_are_registered_over_http()
    {
        await using var provider = await TestProvider.StartAsync();
        using var made = await provider.Http.PostAsJsonAsync(
            "/apps", new { name = "New", redirect_uris = new[] { "https://app.example/cb" } });
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var id = (string)(await TestProvider.JsonAsync(made))["client_id"]!;
        using var changed = await provider.Http.PatchAsJsonAsync(
            $"/apps/{id}", new { redirect_uris = new[] { "https://app.example/other" } });
        var app = await TestProvider.JsonAsync(changed);
        Assert.Equal(("New", "https://app.example/other"), ((string?)app["name"], (string?)app["redirect_uris"]![0]));
        Assert.Equal(provider.Host.Apps.Find(id)!.ClientSecret, (string?)app["client_secret"]);

        using var user = await provider.Http.PostAsJsonAsync("/users", new { id = "dave", name = "Dave" });
        Assert.Equal(HttpStatusCode.Created, user.StatusCode);
        Assert.NotEmpty((await provider.ConnectAsync("dave")).Access);
    }

    [Theory]
    [InlineData("/apps", """{"redirect_uris":[]}""", 400)]
    [InlineData("/apps", """{"name":"x","redirect_uris":["/relative"]}""", 400)]
    [InlineData("/apps", """{"name":"x","redirect_uris":["https://a.example/#f"]}""", 400)]
    [InlineData("/apps", """{"name":"x","redirect_uris":["javascript:alert(1)"]}""", 400)]
    [InlineData("/users", """{"id":"Not An Id","name":"x"}""", 400)]
    [InlineData("/users", """{"id":"alice","name":"x"}""", 409)]
    [InlineData("/users/nobody/api_keys", "{}", 404)]
    public async Task A_bad_registration_is_refused(string path, string body, int status)
    {
        await using var provider = await TestProvider.StartAsync();
        using var response = await provider.Http.PostAsJsonAsync(path, JsonNode.Parse(body));
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_fault_in_the_walk_is_told_and_not_waited_for()
    {
        await using var provider = await TestProvider.StartAsync();
        provider.Host.Faults.Add(Step.Authorize, FaultKind.Status503);
        using var walker = new ConsentWalker();
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            walker.WalkAsync(provider.AuthorizeUrl(), "alice", allow: true, TestContext.Current.CancellationToken));
        Assert.Contains("503", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            walker.WalkAsync(provider.AuthorizeUrl(), "nobody", allow: true, TestContext.Current.CancellationToken));
        Assert.Contains("no such user", error.Message, StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> PostAsync(TestProvider provider, string control, JsonNode body) =>
        provider.Http.PostAsJsonAsync($"/ctl/{control}", body);
}
