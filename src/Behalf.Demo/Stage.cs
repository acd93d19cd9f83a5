using System.Text.Json;

namespace Behalf.Demo;

/// <summary>A server on an embedded database in a temporary folder, and the sandbox provider beside it, each in a process of
/// its own.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private Stage(string folder, Child provider, Child server, IReadOnlyDictionary<string, string> environment, string project, string key) =>
        (Folder, Provider, Server, Environment, Project, ApiKey) = (folder, provider, server, environment, project, key);

    public string Folder { get; }

    public Child Provider { get; }

    public Child Server { get; }

    public IReadOnlyDictionary<string, string> Environment { get; }

    public string Project { get; }

    public string ApiKey { get; }

    public string DatabaseFile => Path.Combine(Folder, "behalf.db");

    public static async Task<Stage> SetUpAsync(CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("behalf-demo-").FullName;
        var none = new Dictionary<string, string>();
        var provider = await Child.StartAsync("Behalf.Sandbox", "behalf-sandbox", ["--controls"], none, "/.well-known/oauth-authorization-server", ct);
        var overrides = Path.Combine(folder, "overrides.json");
        await File.WriteAllTextAsync(overrides, JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["sandbox"] = new
            {
                base_url = provider.Url,
                authorize_url = provider.Url + "/oauth/authorize",
                token_url = provider.Url + "/oauth/token",
                revoke_url = provider.Url + "/oauth/revoke",
                issuer = provider.Url,
                iss_parameter = true,
            },
        }), ct);
        var environment = new Dictionary<string, string>
        {
            ["BEHALF_DATA"] = folder,
            ["BEHALF_EGRESS_ALLOW"] = "127.0.0.0/8",
            ["BEHALF_TOOLKIT_OVERRIDES"] = overrides,
            ["Logging__LogLevel__Default"] = "Warning",
        };
        var (exit, printed) = await Child.RunAsync("Behalf.Server", "behalf", ["projects", "create", "Acme", "--json"], environment, ct);
        if (exit != 0)
        {
            throw new InvalidOperationException(printed);
        }

        var made = JsonElement.Parse(printed);
        var server = await Child.StartAsync("Behalf.Server", "behalf", ["serve"], environment, "/health/ready", ct);
        return new Stage(folder, provider, server, environment, made.GetProperty("project_id").GetString()!, made.GetProperty("api_key").GetString()!);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Provider.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
