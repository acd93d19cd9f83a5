using System.Text.Json;
using Behalf.Sandbox;
using Behalf.Sandbox.Provider;
using Behalf.Tests.Projects.Webhooks;
using Behalf.Tests.Support;

namespace Behalf.Tests.Hosting.Upgrade;

/// <summary>A deployment that the previous version set up: an empty database at first, one key file, one public address,
/// and nodes that come and go behind a balancer.</summary>
internal sealed class UpgradeWorld : IAsyncDisposable
{
    // Nobody listens there: which node a browser reaches is the balancer's choice.
    private const string PublicUrl = "http://127.0.0.1:9";

    private readonly string _folder = Directory.CreateTempSubdirectory("behalf-upgrade-").FullName;
    private readonly List<ServerProcess> _nodes = [];
    private readonly string _engine;
    private readonly string _database;

    private UpgradeWorld(string engine, SandboxHost provider, WebhookReceiver receiver, string database) =>
        (_engine, Provider, Receiver, _database, Clock) = (engine, provider, receiver, database, new TestClock(database));

    public SandboxHost Provider { get; }

    public WebhookReceiver Receiver { get; }

    public Balancer Balancer { get; } = new();

    /// <summary>The database's, where it has one.</summary>
    public TestClock Clock { get; }

    public string Key { get; private set; } = "";

    public string AuthConfig { get; private set; } = "";

    public static async Task<UpgradeWorld> CreateAsync(string engine)
    {
        var provider = await SandboxHost.StartAsync(new SandboxOptions(), CancellationToken.None);
        var database = engine == "postgres" ? await (await PostgresCluster.GetAsync()).CreateDatabaseAsync(migrated: false) : "";
        var world = new UpgradeWorld(engine, provider, await WebhookReceiver.StartAsync(), database);
        await File.WriteAllTextAsync(world.Overrides, JsonSerializer.Serialize(new Dictionary<string, object>
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
        return world;
    }

    private string Overrides => Path.Combine(_folder, "overrides.json");

    public async Task<ServerProcess> StartPreviousAsync() => await StartAsync("previous", await PreviousVersion.ProgramAsync());

    public Task<ServerProcess> StartCurrentAsync() => StartAsync("current", ServerProcess.Program);

    /// <summary>Out of the balancer, then SIGTERM.</summary>
    public async Task StopAsync(ServerProcess node)
    {
        await Balancer.RemoveAsync(node.Url);
        Assert.Equal(0, await node.StopAsync());
    }

    /// <summary>A project, its auth config, and a webhook that wants every event of its accounts.</summary>
    public async Task SetUpAsync()
    {
        var admin = (await File.ReadAllTextAsync(Path.Combine(_folder, _engine == "postgres" ? "previous" : "shared", "admin-key"))).Trim();
        Key = (await PostAsync("/api/v3.1/org/owner/project/new", new { name = "Acme" }, admin)).Expect(200).Json.GetProperty("api_key").GetString()!;
        var made = (await PostAsync("/api/v3.1/auth_configs", new
        {
            toolkit = new { slug = "sandbox" },
            auth_config = new { type = "use_custom_auth", authScheme = "OAUTH2", credentials = new { } },
        })).Expect(201).Json.GetProperty("auth_config");
        AuthConfig = made.GetProperty("id").GetString()!;
        var app = Provider.Apps.Register("Acme", [made.GetProperty("redirect_uri").GetString()!]);
        (await SendAsync(HttpMethod.Patch, $"/api/v3.1/auth_configs/{AuthConfig}", new
        {
            type = "custom",
            credentials = new { client_id = app.ClientId, client_secret = app.ClientSecret },
        })).Expect(200);
        (await PostAsync("/api/v3.1/webhook_subscriptions", new { webhook_url = Receiver.Url, enabled_events = WebhookWorld.OfAccounts })).Expect(201);
    }

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<Answer> PostAsync(string path, object? body = null, string? key = null) => SendAsync(HttpMethod.Post, path, body, key);

    public Task<Answer> SendAsync(HttpMethod method, string path, object? body, string? key = null) =>
        Balancer.SendAsync(method, path, body, key ?? Key);

    /// <summary>An address that was given out, at the node whose turn it is.</summary>
    public Task<T> VisitAsync<T>(string url, Func<Uri, Task<T>> visit) =>
        Balancer.WithNextAsync(node => visit(new UriBuilder(url) { Port = node.Port }.Uri));

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        Balancer.Dispose();
        await Receiver.DisposeAsync();
        await Provider.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<ServerProcess> StartAsync(string version, string program)
    {
        var node = await ServerProcess.StartAsync(
            new Dictionary<string, string>
            {
                // Nodes on PostgreSQL share the database and the key file; on SQLite the folder is the server.
                ["BEHALF_DATA"] = Path.Combine(_folder, _engine == "postgres" ? version : "shared"),
                ["BEHALF_DATABASE"] = _engine == "postgres" ? _database : Path.Combine(_folder, "behalf.db"),
                ["BEHALF_KEYS"] = "file:" + Path.Combine(_folder, "keys.json"),
                ["BEHALF_PUBLIC_URL"] = PublicUrl,
                ["BEHALF_EGRESS_ALLOW"] = "127.0.0.0/8",
                ["BEHALF_TOOLKITS"] = Path.Combine(Path.GetDirectoryName(program)!, "toolkits"),
                ["BEHALF_TOOLKIT_OVERRIDES"] = Overrides,
            },
            program);
        _nodes.Add(node);
        Balancer.Add(node.Url);
        return node;
    }
}
