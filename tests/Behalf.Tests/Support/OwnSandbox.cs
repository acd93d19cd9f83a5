using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Behalf.Hosting;
using Behalf.Sandbox;
using Behalf.Sandbox.Provider;
using Behalf.Tests.Catalog;
using Microsoft.Extensions.Configuration;

namespace Behalf.Tests.Support;

/// <summary>The server with a catalogue that names the running sandbox by its real address. Nothing is overridden then, so
/// an app of the instance's own may be used, and one tool is open to everybody.</summary>
internal sealed class OwnSandbox : IAsyncDisposable
{
    public const string Tool = "SANDBOX_GET_ME";

    /// <summary>Reads what the sandbox publishes about itself.</summary>
    public const string OpenTool = "SANDBOX_ECHO";

    private const string OpenPath = "/.well-known/oauth-authorization-server";
    private readonly TemporaryCatalog _catalog = new();
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("behalf-own-");

    private OwnSandbox(SandboxHost provider) => Provider = provider;

    public SandboxHost Provider { get; }

    public TestServer Server { get; private set; } = null!;

    public TestClient Project { get; private set; } = null!;

    /// <summary>The app that the instance manages.</summary>
    public App ManagedApp { get; private set; } = null!;

    public static async Task<OwnSandbox> StartAsync(string engine, Func<ServerSettings, ServerSettings>? adjust = null)
    {
        var world = new OwnSandbox(await SandboxHost.StartAsync(new SandboxOptions(), CancellationToken.None));
        world.ManagedApp = world.Provider.Apps.Register("Instance");
        world.Rewrite("sandbox/toolkit.json", "http://127.0.0.1:4010", world.Provider.BaseUrl);
        world.Rewrite("sandbox/tools.json", "\"/api/echo\"", $"\"{OpenPath}\"");
        var managed = new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("sandbox:client_id", world.ManagedApp.ClientId), new("sandbox:client_secret", world.ManagedApp.ClientSecret),
        ]).Build();
        world.Server = await TestServer.StartAsync(engine, new TestServerOptions
        {
            Data = world._data.FullName,
            Adjust = settings => (adjust ?? (s => s))(settings with { Toolkits = world._catalog.Folder, ManagedApps = managed }),
        });
        world.Project = await world.Server.NewProjectAsync();
        return world;
    }

    /// <summary>Another server on the same database in place of this one, with other settings.</summary>
    public async Task RestartAsync(Func<ServerSettings, ServerSettings>? adjust = null)
    {
        await Server.DisposeAsync();
        var before = Server.Options.Adjust;
        Server = await TestServer.StartAsync(
            "", Server.Options with { Database = Server.DatabaseAddress, Adjust = settings => (adjust ?? (s => s))(before(settings)) });
        Project = Server.Client(Project.Key);
    }

    /// <summary>What somebody would type or send for each way to connect that is not OAuth's.</summary>
    public async Task<IReadOnlyDictionary<string, string>> MintAsync(string scheme, string person)
    {
        var user = Provider.Users.Find(person)!;
        var app = Provider.Apps.Register("Robot");
        return scheme switch
        {
            "API_KEY" => new Dictionary<string, string> { ["generic_api_key"] = Provider.Users.MintApiKey(user) },
            "BASIC" => new Dictionary<string, string> { ["username"] = person, ["password"] = Provider.Users.MintAppPassword(user) },
            "BEARER_TOKEN" => new Dictionary<string, string> { ["token"] = await TokenOfAsync(app) },
            "S2S_OAUTH2" => new Dictionary<string, string> { ["client_id"] = app.ClientId, ["client_secret"] = app.ClientSecret },
            _ => new Dictionary<string, string>(),
        };
    }

    /// <summary>The headers that the provider must have seen for a credential; null where only it knows its token.</summary>
    public static (string Name, string? Value) Expected(string scheme, IReadOnlyDictionary<string, string> key) => scheme switch
    {
        "API_KEY" => ("X-Api-Key", key["generic_api_key"]),
        "BASIC" => ("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{key["username"]}:{key["password"]}"))),
        "BEARER_TOKEN" => ("Authorization", "Bearer " + key["token"]),
        _ => ("Authorization", null),
    };

    public async Task<string> CreateConfigAsync(string scheme)
    {
        object credentials = scheme == "S2S_OAUTH2" ? new { scopes = new[] { "profile" } } : new { };
        var made = (await Project.PostAsync("/api/v3.1/auth_configs", new
        {
            toolkit = new { slug = "sandbox" },
            auth_config = new { type = "use_custom_auth", authScheme = scheme, credentials },
        })).Expect(201).Json.GetProperty("auth_config");
        Assert.Equal(scheme, made.GetProperty("auth_scheme").GetString());
        return made.GetProperty("id").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Provider.DisposeAsync();
        _catalog.Dispose();
        _data.Delete(recursive: true);
    }

    private async Task<string> TokenOfAsync(App app)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{app.ClientId}:{app.ClientSecret}")));
        using var form = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("scope", "profile")]);
        using var answer = await http.PostAsync(Provider.BaseUrl + "/oauth/token", form);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString()!;
    }

    private void Rewrite(string file, string old, string now) =>
        _catalog.Write(file, File.ReadAllText(Path.Combine(_catalog.Folder, file)).Replace(old, now, StringComparison.Ordinal));
}
