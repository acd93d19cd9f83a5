using System.Text.Json;
using Behalf.Tests.Support;

namespace Behalf.Tests.Accounts;

/// <summary>A provider that takes https redirect URIs only is not asked to take another.</summary>
public sealed class HttpsRedirectTests
{
    [Fact]
    public async Task No_link_is_made_while_the_server_is_reached_by_http()
    {
        var server = await TestServer.SharedAsync("sqlite");
        var project = await server.NewProjectAsync();
        var config = await SlackAsync(project);
        foreach (var refused in new[]
        {
            await project.PostAsync("/api/v3.1/connected_accounts/link", new { auth_config_id = config, user_id = "user_1" }),
            await project.PostAsync("/api/v3.1/connected_accounts", new { auth_config = new { id = config }, connection = new { user_id = "user_1" } }),
        })
        {
            Assert.Equal("AuthConfig_RedirectNeedsHttps", refused.Expect(400).Slug);
            var error = refused.Json.GetProperty("error");
            Assert.Equal(
                $"Slack sends people back to https addresses only; this server's is {server.Url.GetLeftPart(UriPartial.Authority)}.",
                error.GetProperty("message").GetString());
            Assert.Contains("BEHALF_PUBLIC_URL", error.GetProperty("suggested_fix").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal(0, (await project.GetAsync("/api/v3.1/connected_accounts")).Expect(200).Json.GetProperty("total_items").GetInt32());
    }

    [Fact]
    public async Task A_link_is_made_by_https_and_for_what_stands_in_the_providers_place()
    {
        await using var https = await TestServer.StartAsync("sqlite", new TestServerOptions
        {
            Adjust = settings => settings with { PublicUrl = new Uri("https://behalf.example.com") },
        });
        await AssertLinkedAsync(https);

        var overrides = Path.GetTempFileName();
        await File.WriteAllTextAsync(overrides, JsonSerializer.Serialize(new
        {
            slack = new { authorize_url = "http://127.0.0.1:1/authorize", token_url = "http://127.0.0.1:1/token" },
        }));
        await using var redirected = await TestServer.StartAsync("sqlite", new TestServerOptions
        {
            Adjust = settings => settings with { ToolkitOverrides = overrides },
        });
        await AssertLinkedAsync(redirected);
        File.Delete(overrides);
    }

    private static async Task AssertLinkedAsync(TestServer server)
    {
        var project = await server.NewProjectAsync();
        var config = await SlackAsync(project);
        (await project.PostAsync("/api/v3.1/connected_accounts/link", new { auth_config_id = config, user_id = "user_1" })).Expect(201);
    }

    private static async Task<string> SlackAsync(TestClient project) => (await project.PostAsync("/api/v3.1/auth_configs", new
    {
        toolkit = new { slug = "slack" },
        auth_config = new { type = "use_custom_auth", authScheme = "OAUTH2", credentials = new { client_id = "a", client_secret = "b" } },
    })).Expect(201).Json.GetProperty("auth_config").GetProperty("id").GetString()!;
}
