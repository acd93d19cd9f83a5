using Behalf.Tests.Support;

namespace Behalf.Tests.Hosting;

/// <summary>What the published wire offers and this server decides for itself: taken where it means something, otherwise
/// refused by name.</summary>
public sealed class WireChoicesTests
{
    [Theory]
    [OnBothEngines]
    public async Task A_projects_published_settings_are_the_Connect_pages(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        const string Config = "/api/v3.1/org/project/config";
        (await world.Project.PatchAsync(Config, new { display_name = "Orchard", is_2FA_enabled = false })).Expect(200);
        Assert.Equal("Orchard", (await world.Project.GetAsync(Config)).Expect(200).Json.GetProperty("display_name").GetString());
        using var browser = new TestBrowser();
        Assert.Contains("Orchard", (await browser.OpenAsync(new Uri((await world.LinkAsync("user_1")).Url))).Text, StringComparison.Ordinal);

        var cleared = (await world.Project.PatchAsync(Config, new { display_name = "" })).Expect(200).Json;
        Assert.False(cleared.TryGetProperty("display_name", out _));
    }

    [Theory]
    [InlineData("""{"is_2FA_enabled":true}""", "is_2FA_enabled is always false")]
    [InlineData("""{"mask_secret_keys_in_connected_account":false}""", "mask_secret_keys_in_connected_account is always true")]
    [InlineData("""{"log_visibility_setting":"show_all"}""", "log_visibility_setting is always dont_store_data")]
    [InlineData("""{"require_mcp_api_key":false}""", "require_mcp_api_key is always true")]
    [InlineData("""{"logo_url":"http://app.test/logo.png"}""", "branding.logo_url must be an https URL")]
    public async Task A_setting_that_has_one_value_is_not_changed_in_silence(string body, string sentence)
    {
        var server = await TestServer.SharedAsync("sqlite");
        var project = await server.NewProjectAsync();
        var refused = (await project.PatchAsync("/api/v3.1/org/project/config", body)).Expect(400);
        Assert.Contains(sentence, refused.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"proxy_config":{"proxy_url":"http://127.0.0.1:1"}}""", "proxy_config is not taken")]
    [InlineData("""{"shared_credentials":{"token":"t"}}""", "shared_credentials is not taken")]
    public async Task An_auth_config_is_not_made_or_changed_with_what_would_not_be_done(string more, string sentence)
    {
        var server = await TestServer.SharedAsync("sqlite");
        var project = await server.NewProjectAsync();
        string Body(string fields) => """{"toolkit":{"slug":"github"},"auth_config":{"type":"use_custom_auth" """ + fields + "}}";
        var made = (await project.PostAsync("/api/v3.1/auth_configs", Body(""))).Expect(201).Json;
        var id = made.GetProperty("auth_config").GetProperty("id").GetString();

        Assert.Contains(sentence, (await project.PostAsync("/api/v3.1/auth_configs", Body("," + more[1..^1]))).Expect(400).Text, StringComparison.Ordinal);
        Assert.Contains(sentence, (await project.PatchAsync($"/api/v3.1/auth_configs/{id}", more)).Expect(400).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxied_call_does_not_run_with_another_credential_than_it_brings()
    {
        await using var world = await World.CreateAsync("sqlite");
        var account = await world.ConnectAsync("user_1", "alice");
        var before = world.Provider.Ledger.Requests.Count;
        var refused = (await world.Project.PostAsync("/api/v3.1/tools/execute/proxy", new
        {
            connected_account_id = account,
            endpoint = "/api/me",
            method = "GET",
            custom_connection_data = new { authScheme = "BEARER_TOKEN", toolkitSlug = "sandbox", val = new { token = "mine" } },
        })).Expect(400);
        Assert.Contains("custom_connection_data", refused.Text, StringComparison.Ordinal);
        Assert.Equal(before, world.Provider.Ledger.Requests.Count);
    }

    [Fact]
    public async Task Tools_are_found_by_the_scopes_they_ask_for()
    {
        var server = await TestServer.SharedAsync("sqlite");
        var project = await server.NewProjectAsync();
        var items = (await project.GetAsync("/api/v3.1/tools?scopes=issues.write&scopes=no.such.scope&limit=1000")).Expect(200).Json.GetProperty("items");
        Assert.Equal(["SANDBOX_CREATE_ISSUE", "SANDBOX_UPDATE_ISSUE"], items.EnumerateArray().Select(tool => tool.GetProperty("slug").GetString()));
    }

    [Fact]
    public async Task No_toolkit_is_a_projects_own()
    {
        var server = await TestServer.SharedAsync("sqlite");
        var project = await server.NewProjectAsync();
        async Task<int> CountAsync(string query) => (await project.GetAsync("/api/v3.1/toolkits" + query)).Expect(200).Json.GetProperty("total_items").GetInt32();
        Assert.Equal(await CountAsync(""), await CountAsync("?managed_by=all"));
        Assert.Equal(0, await CountAsync("?managed_by=project"));
        (await project.GetAsync("/api/v3.1/toolkits?managed_by=nobody")).Expect(400);
    }
}
