using System.Net.Http.Json;
using System.Text.Json;

namespace Behalf.Bench;

/// <summary>A server as operators run it, with a project, an auth config and connected accounts.</summary>
internal sealed class Node : IDisposable
{
    public const string Tool = "SANDBOX_GET_MAIL";
    private const string Path = "/api/v3.1/";

    private readonly Measured _process;

    private Node(Measured process, string key, TimeSpan started) => (_process, Key, StartedAfter) = (process, key, started);

    public Measured Process => _process;

    public string Key { get; }

    /// <summary>From the start of the process to its first answer.</summary>
    public TimeSpan StartedAfter { get; }

    public static async Task<Node> StartAsync(string database, Uri upstream, string core, int accounts, string folder)
    {
        Directory.CreateDirectory(folder);
        var overrides = System.IO.Path.Combine(folder, "overrides.json");
        await File.WriteAllTextAsync(overrides, JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["sandbox"] = new { base_url = upstream.ToString().TrimEnd('/') },
        }));
        var settings = new Dictionary<string, string>
        {
            ["BEHALF_DATA"] = folder,
            ["BEHALF_EGRESS_ALLOW"] = "127.0.0.0/8",
            ["BEHALF_TOOLKIT_OVERRIDES"] = overrides,
        };
        if (database.Length > 0)
        {
            settings["BEHALF_DATABASE"] = database;
        }

        var url = Measured.FreeUrl();
        var binary = System.IO.Path.Combine(AppContext.BaseDirectory, "behalf.dll");
        var (process, after) = await Measured.StartAsync(
            url, core, "dotnet", [binary, "serve", "--urls", url.ToString()], settings, "/health/ready");
        var key = await PrepareAsync(url, folder, accounts);
        await AssertItWorksAsync(url, key);
        return new Node(process, key, after);
    }

    public void Dispose() => _process.Dispose();

    /// <summary>Each user connects an API key; the figures are taken with as many users as accounts.</summary>
    private static async Task<string> PrepareAsync(Uri url, string folder, int accounts)
    {
        using var admin = Http.Client(url);
        admin.DefaultRequestHeaders.Add("x-org-api-key", (await File.ReadAllTextAsync(System.IO.Path.Combine(folder, "admin-key"))).Trim());
        var key = (await PostAsync(admin, "org/owner/project/new", new { name = "bench", should_create_api_key = true })).GetProperty("api_key").GetString()!;
        using var project = Http.Client(url);
        project.DefaultRequestHeaders.Add("x-api-key", key);
        var config = (await PostAsync(project, "auth_configs", new
        {
            toolkit = new { slug = "sandbox" },
            auth_config = new { type = "use_custom_auth", authScheme = "API_KEY" },
        })).GetProperty("auth_config").GetProperty("id").GetString();
        await Parallel.ForEachAsync(Enumerable.Range(1, accounts), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
            await PostAsync(project, "connected_accounts", new
            {
                auth_config = new { id = config },
                connection = new { user_id = $"user_{i}", state = new { authScheme = "API_KEY", val = new { generic_api_key = $"key-{i}-{new string('k', 120)}" } } },
            }));
        return key;
    }

    /// <summary>A refusal is quick too: what is measured must be calls that reach the upstream and bring its answer.</summary>
    private static async Task AssertItWorksAsync(Uri url, string key)
    {
        using var project = Http.Client(url);
        project.DefaultRequestHeaders.Add("x-api-key", key);
        var answer = await PostAsync(project, "tools/execute/" + Tool, new { user_id = "user_1", arguments = new { message_id = "m1" } });
        if (answer.GetProperty("data").GetProperty("subject").GetString() != "Figures")
        {
            throw new InvalidOperationException($"The call does not work: {answer}");
        }
    }

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, object body)
    {
        using var answer = await client.PostAsJsonAsync(Path + path, body);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode
            ? JsonDocument.Parse(text).RootElement
            : throw new InvalidOperationException($"{path}: {text}");
    }
}
