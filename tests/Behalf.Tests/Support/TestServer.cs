using Behalf.Hosting;
using Behalf.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Behalf.Tests.Support;

/// <summary>The real server on a real socket and a database of its own.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private static readonly Dictionary<string, Lazy<Task<TestServer>>> Shared = new()
    {
        ["sqlite"] = new(() => StartAsync("sqlite")),
        ["postgres"] = new(() => StartAsync("postgres")),
    };

    private readonly string _data;
    private readonly WebApplication _app;

    private TestServer(WebApplication app, TestServerOptions options, string data, string database, TestClock clock) =>
        (_app, Options, _data, DatabaseAddress, Clock) = (app, options, data, database, clock);

    public TestServerOptions Options { get; }

    public TestClock Clock { get; }

    public string DatabaseAddress { get; }

    public string Data => _data;

    public IServiceProvider Services => _app.Services;

    public IDatabase Database => Services.GetRequiredService<IDatabase>();

    public Uri Url => new(_app.Urls.First());

    public CapturedLog Log => Services.GetRequiredService<CapturedLog>();

    public string AdminKey => File.ReadAllText(Path.Combine(_data, "admin-key")).Trim();

    /// <summary>One server for all tests of an engine that bring a project of their own and leave clock and settings alone.</summary>
    public static Task<TestServer> SharedAsync(string engine) => Shared[engine].Value;

    public static async Task<TestServer> StartAsync(string engine, TestServerOptions? options = null)
    {
        options ??= new TestServerOptions();
        var data = options.Data ?? Directory.CreateTempSubdirectory("behalf-").FullName;
        var database = options.Database ?? (engine == "postgres"
            ? await (await PostgresCluster.GetAsync()).CreateDatabaseAsync()
            : Path.Combine(data, "behalf.db"));
        var clock = new TestClock(database);
        var settings = options.Adjust(new ServerSettings
        {
            Data = data,
            Database = database,
            Keys = "file:" + Path.Combine(data, "keys.json"),
            EgressAllow = "127.0.0.0/8",
            Toolkits = Repository.Toolkits,
        });
        var app = Server.Build(settings, builder =>
        {
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            builder.Services.AddSingleton<CapturedLog>();
            builder.Services.AddSingleton<ILoggerProvider>(services => services.GetRequiredService<CapturedLog>());
            builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock));
            options.Configure?.Invoke(builder);
        });
        await Server.StartAsync(app, CancellationToken.None);
        return new TestServer(app, options, data, database, clock);
    }

    /// <summary>A client with one key, or with none.</summary>
    public TestClient Client(string? key = null) => new(Url, key);

    /// <summary>A project of the test's own, and a client with its key.</summary>
    public async Task<TestClient> NewProjectAsync(string name = "Acme")
    {
        var answer = (await Client(AdminKey).PostAsync("/api/v3.1/org/owner/project/new", new { name })).Expect(200);
        return Client(answer.Json.GetProperty("api_key").GetString());
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (Options.Data is null)
        {
            Directory.Delete(_data, recursive: true);
        }
    }
}

internal sealed record TestServerOptions
{
    /// <summary>An existing data folder, for a second node or a restart.</summary>
    public string? Data { get; init; }

    public string? Database { get; init; }

    public Func<ServerSettings, ServerSettings> Adjust { get; init; } = settings => settings;

    public Action<WebApplicationBuilder>? Configure { get; init; }
}
