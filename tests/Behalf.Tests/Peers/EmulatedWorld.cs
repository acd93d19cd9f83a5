using System.Text.Json;
using System.Text.Json.Nodes;
using Behalf.Tests.Support;
using Behalf.Tests.Support.Peers;

namespace Behalf.Tests.Peers;

/// <summary>The real server with one toolkit of the shipped catalogue pointed at an emulated service, and an auth config
/// with the app that is registered there.</summary>
internal sealed class EmulatedWorld : IAsyncDisposable
{
    private readonly string _folder;

    private EmulatedWorld(TestServer server, TestClient project, EmulatePeer peer, string authConfig, string folder) =>
        (Server, Project, Peer, AuthConfig, _folder) = (server, project, peer, authConfig, folder);

    public TestServer Server { get; }

    public TestClient Project { get; }

    public string AuthConfig { get; }

    /// <summary>The one service that is there.</summary>
    public EmulatePeer Peer { get; }

    public static Task<EmulatedWorld> GitHubAsync(string engine, CancellationToken ct) => CreateAsync(engine, "github", "github", new JsonObject
    {
        ["base_url"] = "",
        ["authorize_url"] = "/login/oauth/authorize",
        ["token_url"] = "/login/oauth/access_token",
    }, ct);

    public static Task<EmulatedWorld> GmailAsync(string engine, CancellationToken ct) => CreateAsync(engine, "gmail", "google", new JsonObject
    {
        ["base_url"] = "",
        ["authorize_url"] = "/o/oauth2/v2/auth",
        ["token_url"] = "/oauth2/token",
        ["revoke_url"] = "/oauth2/revoke",

        // The emulated Gmail has no profile to ask for.
        ["probe"] = null,
    }, ct);

    public static Task<EmulatedWorld> SlackAsync(string engine, CancellationToken ct) => CreateAsync(engine, "slack", "slack", new JsonObject
    {
        ["base_url"] = "/api",
        ["authorize_url"] = "/oauth/v2/authorize",
        ["token_url"] = "/api/oauth.v2.access",
        ["revoke_url"] = "/api/auth.revoke",
    }, ct);

    public static Task<EmulatedWorld> LinearAsync(string engine, CancellationToken ct) => CreateAsync(engine, "linear", "linear", new JsonObject
    {
        ["base_url"] = "",
        ["authorize_url"] = "/oauth/authorize",
        ["token_url"] = "/oauth/token",
        ["revoke_url"] = "/oauth/revoke",
    }, ct);

    /// <summary>The application's user of that name connects through our page and the service's consent screen.</summary>
    public async Task<string> ConnectAsync(string person, CancellationToken ct)
    {
        var link = (await Project.PostAsync("/api/v3.1/connected_accounts/link", new { auth_config_id = AuthConfig, user_id = person }))
            .Expect(201).Json;
        await VisitAsync(link.GetProperty("redirect_url").GetString()!, person, ct);
        var account = link.GetProperty("connected_account_id").GetString()!;
        Assert.Equal("ACTIVE", await StatusAsync(account));
        return account;
    }

    public async Task VisitAsync(string link, string person, CancellationToken ct)
    {
        using var browser = new TestBrowser();
        var back = await EmulatePeer.ConsentAsync(await browser.ContinueAsync(link), person, ct);
        var page = await browser.OpenAsync(back);
        Assert.True(page.Status == 200, $"{page.Status}: {page.Text}");
    }

    public async Task<string?> StatusAsync(string account) =>
        (await Project.GetAsync($"/api/v3.1/connected_accounts/{account}")).Expect(200).Json.GetProperty("status").GetString();

    public Task<Answer> ExecuteAsync(string tool, string user, object? arguments = null, TestClient? with = null) =>
        (with ?? Project).PostAsync($"/api/v3.1/tools/execute/{tool}", new { user_id = user, arguments = arguments ?? new { } });

    /// <summary>The data of a call that must succeed.</summary>
    public async Task<JsonElement> RunAsync(string tool, string user, object? arguments = null)
    {
        var answer = (await ExecuteAsync(tool, user, arguments)).Expect(200).Json;
        Assert.True(answer.GetProperty("successful").GetBoolean(), answer.ToString());
        return answer.GetProperty("data");
    }

    public Task<Answer> AccountAsync(string account, string verb) =>
        Project.PostAsync($"/api/v3.1/connected_accounts/{account}/{verb}", new { });

    public async ValueTask DisposeAsync()
    {
        Project.Dispose();
        await Server.DisposeAsync();
        await Peer.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <param name="engine">The database.</param>
    /// <param name="toolkit">A slug of the shipped catalogue.</param>
    /// <param name="service">The emulator's name of what stands behind it.</param>
    /// <param name="endpoints">Where it is, as an operator writes it; paths are below the service's address.</param>
    /// <param name="ct">Gives up.</param>
    private static async Task<EmulatedWorld> CreateAsync(
        string engine, string toolkit, string service, JsonObject endpoints, CancellationToken ct)
    {
        // The server wants the address when it starts, the emulator the redirect URI, which the server makes up then.
        var port = Ports.Free();
        var folder = Directory.CreateTempSubdirectory("behalf-emulated-").FullName;
        var overrides = Path.Combine(folder, "overrides.json");
        await File.WriteAllTextAsync(overrides, new JsonObject { [toolkit] = At($"http://127.0.0.1:{port}", endpoints) }.ToJsonString(), ct);
        var server = await TestServer.StartAsync(
            engine, new TestServerOptions { Adjust = settings => settings with { ToolkitOverrides = overrides } });
        var project = await server.NewProjectAsync();
        var made = (await project.PostAsync("/api/v3.1/auth_configs", new
        {
            toolkit = new { slug = toolkit },
            auth_config = new
            {
                type = "use_custom_auth",
                authScheme = "OAUTH2",
                credentials = new { client_id = $"{service}-client", client_secret = $"{service}-secret" },
            },
        })).Expect(201).Json.GetProperty("auth_config");
        var redirect = new Uri(made.GetProperty("redirect_uri").GetString()!);
        var peer = await EmulatePeer.StartAsync([redirect], ct, new Dictionary<string, int> { [service] = port });
        return new EmulatedWorld(server, project, peer, made.GetProperty("id").GetString()!, folder);
    }

    private static JsonObject At(string address, JsonObject endpoints)
    {
        var placed = new JsonObject();
        foreach (var (name, value) in endpoints)
        {
            placed[name] = value is JsonValue path ? address + path.GetValue<string>() : value?.DeepClone();
        }

        return placed;
    }
}
