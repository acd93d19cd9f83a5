using System.Text.Json;
using System.Text.Json.Nodes;
using Behalf.Tests.Catalog;
using Behalf.Tests.Support;
using Behalf.Tests.Support.Peers;
using Microsoft.Extensions.Configuration;

namespace Behalf.Tests.Peers;

/// <summary>The real server with a toolkit for the strict OpenID provider: a definition like the shipped ones, and an app
/// that the instance manages for all projects.</summary>
internal sealed class OidcWorld : IAsyncDisposable
{
    public const string Tool = "OIDC_WHO_AM_I";

    private readonly TemporaryCatalog _catalog;

    private OidcWorld(TestServer server, TestClient project, OidcProviderPeer peer, string authConfig, TemporaryCatalog catalog) =>
        (Server, Project, Peer, AuthConfig, _catalog) = (server, project, peer, authConfig, catalog);

    public TestServer Server { get; }

    public TestClient Project { get; }

    public OidcProviderPeer Peer { get; }

    public string AuthConfig { get; }

    public static async Task<OidcWorld> CreateAsync(string engine, CancellationToken ct)
    {
        // The server wants the address when it starts, the provider the redirect URI, which the server makes up then.
        var port = Ports.Free();
        var catalog = CatalogWith($"http://127.0.0.1:{port}");
        var app = new ConfigurationBuilder()
            .AddInMemoryCollection([new("oidc:client_id", "app"), new("oidc:client_secret", "app-secret")]).Build();
        var server = await TestServer.StartAsync(
            engine, new TestServerOptions { Adjust = settings => settings with { Toolkits = catalog.Folder, ManagedApps = app } });
        var project = await server.NewProjectAsync();
        var made = (await project.PostAsync("/api/v3.1/auth_configs", new { toolkit = new { slug = "oidc" } }))
            .Expect(201).Json.GetProperty("auth_config");
        Assert.True(made.GetProperty("is_composio_managed").GetBoolean());
        var redirect = new Uri(made.GetProperty("redirect_uri").GetString()!);
        var peer = await OidcProviderPeer.StartAsync(
            new OidcProviderOptions { Port = port, Clients = [new OidcClient { Id = "app", Secret = "app-secret", RedirectUris = [redirect] }] }, ct);
        return new OidcWorld(server, project, peer, made.GetProperty("id").GetString()!, catalog);
    }

    public async Task<string> ConnectAsync(string person, CancellationToken ct)
    {
        var link = (await Project.PostAsync("/api/v3.1/connected_accounts/link", new { auth_config_id = AuthConfig, user_id = person }))
            .Expect(201).Json;
        Assert.Equal(200, (await VisitAsync(link.GetProperty("redirect_url").GetString()!, person, ct)).Status);
        var account = link.GetProperty("connected_account_id").GetString()!;
        Assert.Equal("ACTIVE", await StatusAsync(account));
        return account;
    }

    public async Task<TestPage> VisitAsync(string link, string person, CancellationToken ct)
    {
        using var browser = new TestBrowser();
        return await browser.OpenAsync(await Peer.ConsentAsync(await browser.ContinueAsync(link), person, ct));
    }

    public async Task<string?> StatusAsync(string account) =>
        (await Project.GetAsync($"/api/v3.1/connected_accounts/{account}")).Expect(200).Json.GetProperty("status").GetString();

    public Task<Answer> ExecuteAsync(string user) =>
        Project.PostAsync($"/api/v3.1/tools/execute/{Tool}", new { user_id = user, arguments = new { } });

    /// <summary>Whose token the provider saw.</summary>
    public async Task<string?> WhoAmIAsync(string user)
    {
        var answer = (await ExecuteAsync(user)).Expect(200).Json;
        Assert.True(answer.GetProperty("successful").GetBoolean(), answer.ToString());
        return answer.GetProperty("data").GetProperty("user").GetString();
    }

    public async Task<JsonElement> AccountAsync(string account, string verb) =>
        (await Project.PostAsync($"/api/v3.1/connected_accounts/{account}/{verb}", new { })).Expect(200).Json;

    public async ValueTask DisposeAsync()
    {
        Project.Dispose();
        await Server.DisposeAsync();
        await Peer.DisposeAsync();
        _catalog.Dispose();
    }

    private static TemporaryCatalog CatalogWith(string issuer)
    {
        var catalog = new TemporaryCatalog();
        catalog.Write("oidc/logo.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
        catalog.Write("oidc/tools.json", Tools);
        catalog.Write("oidc/toolkit.json", Toolkit.Replace("ISSUER", issuer, StringComparison.Ordinal));
        return catalog;
    }

    private const string Toolkit =
        """
        {
          "slug": "oidc",
          "name": "OpenID",
          "description": "A strict OpenID provider with an API of one call.",
          "categories": [{ "slug": "developer-tools", "name": "Developer tools" }],
          "version": "20261120_00",
          "logo": "logo.svg",
          "servers": { "api": "ISSUER" },
          "auth": [
            {
              "type": "oauth2",
              "authorizeUrl": "ISSUER/auth",
              "tokenUrl": "ISSUER/token",
              "issuer": { "url": "ISSUER", "issParameter": true },
              "clientAuth": "client_secret_basic",
              "scopes": { "openid": { "title": "Know who you are" }, "offline_access": { "title": "Act while you are away" } },
              "defaultScopes": ["openid", "offline_access"],
              "refresh": { "supported": true, "rotation": { "policy": "strict" } },
              "revoke": { "url": "ISSUER/token/revocation", "style": "rfc7009", "token": "refresh_or_access", "reach": "token" },
              "quirks": { "authorizeParameters": { "prompt": "consent" } }
            }
          ],
          "probe": { "path": "/api/whoami", "subject": ["/user"], "label": ["/user"] },
          "provenance": { "tier": "curated", "sources": [{ "about": "", "url": "https://openid.net/specs/openid-connect-core-1_0.html" }] }
        }
        """;

    private const string Tools =
        """
        {
          "tools": [
            {
              "slug": "OIDC_WHO_AM_I",
              "name": "Who am I",
              "description": "Says whose token the call was made with.",
              "hints": { "readOnly": true, "destructive": false, "idempotent": true, "openWorld": true },
              "input": { "type": "object", "properties": {}, "additionalProperties": false },
              "output": { "type": "object", "properties": { "user": { "type": "string" } } },
              "request": { "method": "GET", "path": "/api/whoami" },
              "examples": []
            }
          ]
        }
        """;
}
