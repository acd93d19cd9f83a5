using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Behalf.Bench;

/// <summary>A server as operators run it, with a project and connected accounts.</summary>
internal sealed class Node : IDisposable
{
    public const string Tool = "SANDBOX_GET_MAIL";
    public const string MetricsSetting = "BEHALF_METRICS";

    /// <summary>The sandbox's, as its toolkit names it.</summary>
    public const string Issuer = "http://127.0.0.1:4010";

    private const string Path = "/api/v3.1/";

    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly string _core;

    private Node(Measured process, TimeSpan started, IReadOnlyDictionary<string, string> settings, string core) =>
        (Process, StartedAfter, _settings, _core) = (process, started, settings, core);

    public Measured Process { get; private set; }

    /// <summary>The project's key.</summary>
    public string Key { get; private set; } = "";

    public string Folder => _settings["BEHALF_DATA"];

    /// <summary>From the start of the process to its first answer.</summary>
    public TimeSpan StartedAfter { get; }

    /// <summary>Before the first account was made.</summary>
    public long IdleBytes { get; private init; }

    /// <summary>Each user connects an API key; the figures are taken with as many users as accounts.</summary>
    public static async Task<Node> StartAsync(
        string database, Uri upstream, string core, int accounts, string folder, IReadOnlyDictionary<string, string>? more = null)
    {
        var settings = await SettingsAsync(database, upstream, folder, more);
        var (process, after) = await LaunchAsync(settings, core, static http => Measured.AnswersAsync(http, "/health/ready"));
        var node = new Node(process, after, settings, core) { IdleBytes = process.ResidentBytes };
        node.Key = await node.CreateProjectAsync();
        var config = await node.CreateConfigAsync("API_KEY");
        await node.ConnectAsync(config, accounts, "API_KEY", i => new { generic_api_key = $"key-{i}-{new string('k', 120)}" });
        using var client = node.Client();
        if (!await ExecutesAsync(client))
        {
            throw new InvalidOperationException("The call does not work.");
        }

        return node;
    }

    /// <summary>Stops the process and starts it again on the same data; from its start to the first call that brought the
    /// upstream's answer.</summary>
    public async Task<TimeSpan> RestartAsync(IReadOnlyDictionary<string, string>? more = null)
    {
        Process.Dispose();
        (Process, var after) = await LaunchAsync(Merged(_settings, more), _core, http =>
        {
            // Asked until it answers: one more each time would be several keys.
            http.DefaultRequestHeaders.Remove("x-api-key");
            http.DefaultRequestHeaders.Add("x-api-key", Key);
            return ExecutesAsync(http);
        });
        return after;
    }

    /// <summary>Another process with the same settings and so the same database.</summary>
    public async Task<Measured> StartBesideAsync()
    {
        var metrics = new Dictionary<string, string> { [MetricsSetting] = Measured.FreeUrl().ToString() };
        return (await LaunchAsync(Merged(_settings, metrics), _core, static http => Measured.AnswersAsync(http, "/health/ready"))).Item1;
    }

    /// <summary>Of the embedded database, since the process started: each is one sync.</summary>
    public async Task<long> CountCommitsAsync()
    {
        const string Name = "behalf_storage_commit_duration_seconds_count";
        using var http = Http.Client(new Uri(_settings[MetricsSetting]));
        var line = (await http.GetStringAsync("/metrics")).Split('\n').FirstOrDefault(l => l.StartsWith(Name, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture);
    }

    public async Task<string> WriteScriptAsync(string name, string script)
    {
        var file = System.IO.Path.Combine(Folder, name + ".lua");
        await File.WriteAllTextAsync(file, script);
        return file;
    }

    public async Task<string> CreateConfigAsync(string scheme, object? credentials = null)
    {
        using var project = Client();
        return (await PostAsync(project, "auth_configs", new
        {
            toolkit = new { slug = "sandbox" },
            auth_config = new { type = "use_custom_auth", authScheme = scheme, credentials = credentials ?? new { } },
        })).GetProperty("auth_config").GetProperty("id").GetString()!;
    }

    /// <summary>Connects users 1 to <paramref name="count"/>; gives their accounts' ids.</summary>
    public async Task<IReadOnlyList<string>> ConnectAsync(string config, int count, string scheme, Func<int, object> credential)
    {
        using var project = Client();
        var ids = new string[count];
        await Parallel.ForEachAsync(Enumerable.Range(1, count), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
            ids[i - 1] = (await PostAsync(project, "connected_accounts", new
            {
                auth_config = new { id = config },
                connection = new { user_id = $"user_{i}", state = new { authScheme = scheme, val = credential(i) } },
            })).GetProperty("id").GetString()!);
        return ids;
    }

    public HttpClient Client()
    {
        var client = Http.Client(Process.Url);
        client.DefaultRequestHeaders.Add("x-api-key", Key);
        return client;
    }

    public void Dispose() => Process.Dispose();

    private static async Task<(Measured, TimeSpan)> LaunchAsync(
        IReadOnlyDictionary<string, string> settings, string core, Func<HttpClient, Task<bool>> answers)
    {
        var url = Measured.FreeUrl();
        var binary = System.IO.Path.Combine(AppContext.BaseDirectory, "behalf.dll");
        return await Measured.StartAsync(url, core, "dotnet", [binary, "serve", "--urls", url.ToString()], settings, answers);
    }

    private static async Task<IReadOnlyDictionary<string, string>> SettingsAsync(
        string database, Uri upstream, string folder, IReadOnlyDictionary<string, string>? more)
    {
        Directory.CreateDirectory(folder);
        var overrides = System.IO.Path.Combine(folder, "overrides.json");
        await File.WriteAllTextAsync(overrides, JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["sandbox"] = new { base_url = upstream.ToString().TrimEnd('/'), token_url = new Uri(upstream, "/oauth/token"), authorize_url = new Uri(upstream, "/oauth/authorize") },
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

        return Merged(settings, more);
    }

    private static Dictionary<string, string> Merged(IReadOnlyDictionary<string, string> settings, IReadOnlyDictionary<string, string>? more)
    {
        var all = settings.ToDictionary();
        foreach (var (name, value) in more ?? new Dictionary<string, string>())
        {
            all[name] = value;
        }

        return all;
    }

    private async Task<string> CreateProjectAsync()
    {
        using var admin = Http.Client(Process.Url);
        admin.DefaultRequestHeaders.Add("x-org-api-key", (await File.ReadAllTextAsync(System.IO.Path.Combine(Folder, "admin-key"))).Trim());
        return (await PostAsync(admin, "org/owner/project/new", new { name = "bench", should_create_api_key = true })).GetProperty("api_key").GetString()!;
    }

    /// <summary>A refusal is quick too: what is measured must be calls that reach the upstream and bring its answer.</summary>
    public static async Task<bool> ExecutesAsync(HttpClient client, string? account = null)
    {
        var call = new { user_id = "user_1", connected_account_id = account, arguments = new { message_id = "m1" } };
        using var answer = await client.PostAsJsonAsync(Path + "tools/execute/" + Tool, call);
        return (await answer.Content.ReadAsStringAsync()).Contains("\"Figures\"", StringComparison.Ordinal);
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
