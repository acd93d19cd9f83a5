using System.Text.Json;
using Behalf.Sandbox;
using Behalf.Sandbox.Provider;

namespace Behalf.Tests.Support;

/// <summary>The server, the misbehaving provider it talks to, one project and one auth config: where most stories begin.</summary>
internal sealed class World : IAsyncDisposable
{
    private readonly string _folder;

    private World(TestServer server, SandboxHost provider, TestClient project, string authConfig, string folder) =>
        (Server, Provider, Project, AuthConfig, _folder) = (server, provider, project, authConfig, folder);

    public TestServer Server { get; private set; }

    public SandboxHost Provider { get; }

    /// <summary>Holds the project's key.</summary>
    public TestClient Project { get; private set; }

    public string AuthConfig { get; }

    public static async Task<World> CreateAsync(
        string engine, ProviderModes? modes = null, Action<TestServerOptions>? tell = null, string? scopes = null, TestServerOptions? options = null)
    {
        var folder = Directory.CreateTempSubdirectory("behalf-world-").FullName;
        var provider = await SandboxHost.StartAsync(
            new SandboxOptions { Controls = true, Modes = modes ?? new ProviderModes() }, CancellationToken.None);
        var overrides = Path.Combine(folder, "overrides.json");
        await File.WriteAllTextAsync(overrides, JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["sandbox"] = new
            {
                base_url = provider.BaseUrl,
                authorize_url = provider.BaseUrl + "/oauth/authorize",
                token_url = provider.BaseUrl + "/oauth/token",
                revoke_url = provider.BaseUrl + "/oauth/revoke",
                issuer = provider.BaseUrl,
                iss_parameter = true,
            },
        }));
        options ??= new TestServerOptions();
        tell?.Invoke(options);
        var adjust = options.Adjust;
        var server = await TestServer.StartAsync(engine, options with
        {
            Data = options.Data ?? Directory.CreateDirectory(Path.Combine(folder, "data")).FullName,
            Adjust = s => adjust(s with { ToolkitOverrides = overrides }),
        });
        var project = await server.NewProjectAsync();
        return new World(server, provider, project, await CreateAuthConfigAsync(server, provider, project, scopes), folder);
    }

    /// <summary>An auth config with an app of its own at the provider.</summary>
    public static async Task<string> CreateAuthConfigAsync(TestServer server, SandboxHost provider, TestClient project, string? scopes = null)
    {
        var made = (await project.PostAsync("/api/v3.1/auth_configs", new
        {
            toolkit = new { slug = "sandbox" },
            auth_config = new { type = "use_custom_auth", authScheme = "OAUTH2", credentials = scopes is null ? new object() : new { scopes } },
        })).Expect(201).Json.GetProperty("auth_config");
        var app = provider.Apps.Register("Acme", [made.GetProperty("redirect_uri").GetString()!]);
        var id = made.GetProperty("id").GetString()!;
        (await project.PatchAsync($"/api/v3.1/auth_configs/{id}", new
        {
            type = "custom",
            credentials = new { client_id = app.ClientId, client_secret = app.ClientSecret },
        })).Expect(200);
        return id;
    }

    /// <summary>What a process is told besides.</summary>
    public Func<IReadOnlyDictionary<string, string>> More { get; set; } = () => new Dictionary<string, string>();

    /// <summary>For a process on this world's database.</summary>
    public Dictionary<string, string> Settings => new(More())
    {
        ["BEHALF_DATA"] = Server.Data,
        ["BEHALF_DATABASE"] = Server.DatabaseAddress,
        ["BEHALF_EGRESS_ALLOW"] = "127.0.0.0/8",
        ["BEHALF_TOOLKITS"] = Repository.Toolkits,
        ["BEHALF_TOOLKIT_OVERRIDES"] = Path.Combine(_folder, "overrides.json"),
    };

    /// <summary>A node in a process of its own on this world's database. SQLite knows one node: stop the other first.</summary>
    public Task<ServerProcess> StartProcessAsync(IReadOnlyDictionary<string, string>? more = null) =>
        ServerProcess.StartAsync(new Dictionary<string, string>(Settings.Concat(more ?? new Dictionary<string, string>())));

    /// <summary>One more node in this process, on the same database.</summary>
    public Task<TestServer> StartNodeAsync() => TestServer.StartAsync(
        Server.DatabaseAddress.StartsWith("postgres", StringComparison.Ordinal) ? "postgres" : "sqlite",
        Server.Options with { Database = Server.DatabaseAddress });

    public ValueTask StopServerAsync() => Server.DisposeAsync();

    /// <summary>After <see cref="StopServerAsync"/>: a new node in its place.</summary>
    public async Task StartServerAsync()
    {
        Server = await StartNodeAsync();
        Project = Server.Client(Project.Key);
    }

    /// <summary>An invitation for the application's user.</summary>
    public async Task<(string Url, string Account)> LinkAsync(string user, object? more = null)
    {
        var body = JsonSerializer.SerializeToNode(more ?? new { })!.AsObject();
        body["auth_config_id"] = AuthConfig;
        body["user_id"] = user;
        var answer = (await Project.PostAsync("/api/v3.1/connected_accounts/link", body)).Expect(201).Json;
        return (answer.GetProperty("redirect_url").GetString()!, answer.GetProperty("connected_account_id").GetString()!);
    }

    /// <summary>The application's user connects the account that they have at the provider under <paramref name="at"/>.</summary>
    public async Task<string> ConnectAsync(string user, string? at = null, object? more = null)
    {
        var (url, account) = await LinkAsync(user, more);
        using var browser = new TestBrowser();
        var page = await browser.ConnectAsync(url, at ?? user);
        Assert.True(page.Status is 200 or 302, $"{page.Status}: {page.Text}");
        Assert.Equal("ACTIVE", await StatusAsync(account));
        return account;
    }

    public async Task<string?> StatusAsync(string account) =>
        (await Project.GetAsync($"/api/v3.1/connected_accounts/{account}")).Json.GetProperty("status").GetString();

    public Task<Answer> ExecuteAsync(string tool, string user, object? arguments = null, TestClient? with = null) =>
        (with ?? Project).PostAsync($"/api/v3.1/tools/execute/{tool}", new { user_id = user, arguments = arguments ?? new { } });

    /// <summary>A client with a key that acts for one user.</summary>
    public async Task<TestClient> UserKeyAsync(string user, object? limits = null)
    {
        var body = JsonSerializer.SerializeToNode(limits ?? new { })!.AsObject();
        body["user_id"] = user;
        return Server.Client((await Project.PostAsync("/api/v3.1/user_keys", body)).Expect(201).Json.GetProperty("key").GetString());
    }

    public async ValueTask DisposeAsync()
    {
        Project.Dispose();
        await Server.DisposeAsync();
        await Provider.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
