using System.Text.Json;
using Behalf.Tests.Catalog;
using Behalf.Tests.Egress;
using Behalf.Tests.Support;

namespace Behalf.Tests.Security;

/// <summary>A provider of bytes, at an address that each connection chooses by its <c>node</c> (127.0.0.<i>node</i>), for users with
/// API keys. The server may call 127.0.0.2 and nothing else that is not public.</summary>
internal sealed class KeyedWorld : IAsyncDisposable
{
    public const string Key = "cnry_key_4f9b2c7d1e8a";
    private const string Me = """{"id":"alice","email":"alice@sandbox.example"}""";

    private readonly TemporaryCatalog _catalog;
    private string _answer = Ok;

    private KeyedWorld(TestServer server, TemporaryCatalog catalog, RawServer provider) => (Server, _catalog, Provider) = (server, catalog, provider);

    private static string Ok => $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {Me.Length}\r\n\r\n{Me}";

    public TestServer Server { get; }

    public RawServer Provider { get; }

    public TestClient Project { get; private set; } = null!;

    public string AuthConfig { get; private set; } = "";

    public static async Task<KeyedWorld> CreateAsync(string engine)
    {
        KeyedWorld? world = null;
        var provider = RawServer.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
            {
                await connection.SendAsync(world!._answer);
            }
        },
        "127.0.0.2");
        var catalog = new TemporaryCatalog();
        catalog.Change("sandbox/toolkit.json", "/variables", """
            [{ "name": "node", "title": "Node", "description": "Which of the provider's machines.", "pattern": "[0-9]{1,3}", "example": "2" }]
            """);
        catalog.Change("sandbox/toolkit.json", "/servers/api", $"\"http://127.0.0.{{node}}:{provider.Port}\"");
        var server = await TestServer.StartAsync(engine, new TestServerOptions
        {
            Adjust = settings => settings with { Toolkits = catalog.Folder, EgressAllow = "127.0.0.2/32" },
        });
        world = new KeyedWorld(server, catalog, provider) { Project = await server.NewProjectAsync() };
        world.AuthConfig = await world.NewAuthConfigAsync();
        return world;
    }

    public async Task<string> NewAuthConfigAsync() => (await Project.PostAsync(
        "/api/v3.1/auth_configs", new { toolkit = new { slug = "sandbox" }, auth_config = new { type = "use_custom_auth", authScheme = "API_KEY" } }))
        .Expect(201).Json.GetProperty("auth_config").GetProperty("id").GetString()!;

    public Task<Answer> ConnectAsync(string node, string user = "user_1") => Project.PostAsync("/api/v3.1/connected_accounts", new
    {
        auth_config = new { id = AuthConfig },
        connection = new { user_id = user, state = new { authScheme = "API_KEY", val = new { generic_api_key = Key, node } } },
    });

    /// <summary>From now on the provider redirects.</summary>
    public void Redirect(string location, int status = 302) =>
        Volatile.Write(ref _answer, $"HTTP/1.1 {status} Elsewhere\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");

    public void Answer(int status, string json) => Volatile.Write(
        ref _answer, $"HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {json.Length}\r\n\r\n{json}");

    public Task<Answer> ExecuteAsync(string user = "user_1") =>
        Project.PostAsync("/api/v3.1/tools/execute/SANDBOX_GET_ME", new { user_id = user, arguments = new { } });

    public Task<Answer> ProxyAsync(string user = "user_1") =>
        Project.PostAsync("/api/v3.1/tools/execute/proxy", new { user_id = user, toolkit = "sandbox", endpoint = "/api/me", method = "GET" });

    public async Task<JsonElement> LastEventAsync(string action) =>
        (await Project.GetAsync($"/api/v3.1/audit/events?action={action}&limit=1")).Expect(200).Json.GetProperty("items")[0];

    public async ValueTask DisposeAsync()
    {
        Project.Dispose();
        await Server.DisposeAsync();
        await Provider.DisposeAsync();
        _catalog.Dispose();
    }
}
