using System.Collections.Concurrent;
using System.Net.Sockets;
using Behalf.Sandbox.Provider;
using Behalf.Storage;
using Behalf.Tests.Keys.Services;
using Behalf.Tests.Support;

namespace Behalf.Tests.Chaos;

/// <summary>A world in which a server dies in the middle of something, another takes over, and what was said is remembered for
/// <see cref="Invariants"/>. Users have the same name at the application and at the provider.</summary>
internal sealed class CrashWorld : IAsyncDisposable
{
    /// <summary>128 and the number of SIGKILL.</summary>
    private const int Killed = 137;

    private readonly ConcurrentBag<TestClient> _clients = [];

    private CrashWorld(World world, string rotation) => (World, Rotation) = (world, rotation);

    public World World { get; }

    /// <summary>What the provider does to refresh tokens, by its name in the catalogue.</summary>
    public string Rotation { get; }

    /// <summary>What processes printed.</summary>
    public ConcurrentBag<string> Said { get; } = [];

    /// <summary>Users whose only account was deleted, and the deletion answered or found to be done.</summary>
    public ConcurrentBag<string> Deleted { get; } = [];

    /// <summary>The test has come between server and provider, which is nothing that the ledger knows of.</summary>
    public bool ProviderWasCutOff { get; set; }

    public IEnumerable<Answer> Troubles => _clients.Append(World.Project).Distinct().SelectMany(client => client.Troubles);

    public static async Task<CrashWorld> CreateAsync(
        string engine, string rotation, ProviderModes? modes = null, string? database = null, ServiceKeys? keys = null)
    {
        Assert.True(File.Exists(ServerProcess.WithFailpoints), "Build the server with its failpoints first: dotnet build src/Behalf.Server -c Failpoints");
        var options = new TestServerOptions { Database = database, Adjust = settings => keys?.Tell(settings) ?? settings };
        var world = await World.CreateAsync(engine, (modes ?? new ProviderModes()) with { Rotation = ModeOf(rotation) }, options: options);
        world.More = () => keys?.Environment ?? [];
        (await world.Project.PostAsync("/api/v3.1/webhook_subscriptions", new
        {
            webhook_url = "https://app.invalid/hook",
            enabled_events = new[] { "composio.connected_account.expired" },
        })).Expect(201);
        return new CrashWorld(world, rotation);
    }

    /// <summary>What a caller sees of a server that dies.</summary>
    public static bool IsUnanswered(Exception? e) => e is HttpRequestException or IOException or SocketException;

    /// <summary>An account whose row says what the provider does; the catalogue says that it has a grace.</summary>
    public async Task<string> ConnectAsync(string user)
    {
        World.Provider.Users.Create(user, user);
        var account = await World.ConnectAsync(user);
        await World.Server.Database.WriteAsync(
            RowScope.System,
            s => s.ExecuteAsync("update account_refresh set rot_policy = @policy", new { policy = (short)ModeOf(Rotation) }),
            CancellationToken.None);
        return account;
    }

    public async Task StopServerAsync()
    {
        _clients.Add(World.Project);
        await World.StopServerAsync();
    }

    /// <summary>Runs a server alone that dies at a failpoint while it does something, and then another one.</summary>
    public async Task DieAtAsync(string failpoint, Func<TestClient, Task> doing)
    {
        await StopServerAsync();
        await using (var node = await ServerProcess.StartAsync(With(failpoint + ":kill")))
        {
            var unanswered = await Record.ExceptionAsync(() => doing(Client(node.Url)));
            Assert.True(IsUnanswered(unanswered), $"It was answered, or: {unanswered}");
            await ProveKilledAsync(node);
        }

        await World.StartServerAsync();
    }

    /// <summary>The same, killed from outside when a moment has come.</summary>
    public async Task DieWhenAsync(Func<bool> moment, Func<TestClient, Task> doing)
    {
        await StopServerAsync();
        await using (var node = await World.StartProcessAsync())
        {
            var going = doing(Client(node.Url));
            await Eventually.HoldsAsync(moment);
            await node.SignalAsync("KILL");
            Assert.True(IsUnanswered(await Record.ExceptionAsync(() => going)), "It was answered.");
            await ProveKilledAsync(node);
        }

        await World.StartServerAsync();
    }

    /// <summary>Runs a command that dies at a failpoint, beside the server.</summary>
    public async Task DieAtAsync(string failpoint, params string[] command)
    {
        var (exit, output, errors) = await ServerProcess.RunAsync(command, With(failpoint + ":kill"));
        Assert.True(exit == Killed, $"It ended with {exit}: {output}{errors}");
        Said.Add(output + errors);
    }

    /// <summary>For a node on another machine: a folder of its own, and perhaps ways of its own to database and provider.</summary>
    public async Task<Dictionary<string, string>> ElsewhereAsync(int? database = null, int? provider = null)
    {
        var settings = World.Settings;
        var folder = Directory.CreateTempSubdirectory("behalf-elsewhere-").FullName;
        var overrides = Path.Combine(folder, "overrides.json");
        await File.WriteAllTextAsync(
            overrides,
            (await File.ReadAllTextAsync(settings["BEHALF_TOOLKIT_OVERRIDES"]))
                .Replace($":{new Uri(World.Provider.BaseUrl).Port}", $":{provider ?? new Uri(World.Provider.BaseUrl).Port}", StringComparison.Ordinal));
        settings["BEHALF_KEYS"] = "file:" + Path.Combine(settings["BEHALF_DATA"], "keys.json");
        settings["BEHALF_DATA"] = folder;
        settings["BEHALF_TOOLKIT_OVERRIDES"] = overrides;
        var address = new Uri(settings["BEHALF_DATABASE"]);
        settings["BEHALF_DATABASE"] = address.AbsoluteUri.Replace($":{address.Port}/", $":{database ?? address.Port}/", StringComparison.Ordinal);
        return settings;
    }

    /// <summary>The shortest grace that is taken for one: leases of five seconds.</summary>
    public Task ShortenGraceAsync() => World.Server.Database.WriteAsync(
        RowScope.System, s => s.ExecuteAsync("update account_refresh set grace_ms = 15000", null), CancellationToken.None);

    public Dictionary<string, string> With(string failpoint) => new(World.Settings) { ["BEHALF_FAILPOINT"] = failpoint };

    public TestClient Client(Uri url, string? key = null)
    {
        var client = new TestClient(url, key ?? World.Project.Key);
        _clients.Add(client);
        return client;
    }

    /// <summary>Until no refresh is unresolved, or due.</summary>
    public Task ResolvedAsync() => Eventually.HoldsAsync(async () => await CountAsync(
        "select count(*) from account_refresh where status = 0 and (intent_at is not null or due_at <= behalf_now())") == 0);

    public Task<int> CountAsync(string sql) => World.Server.Database.FindAsync<int>(RowScope.System, sql, null, CancellationToken.None);

    /// <summary>How many audit events of an action there are.</summary>
    public async Task<int> EventsAsync(string action, string? account = null)
    {
        var items = (await World.Project.GetAsync($"/api/v3.1/audit/events?action={action}&limit=100")).Expect(200).Json.GetProperty("items");
        return items.EnumerateArray().Count(one => account is null || one.GetProperty("connected_account_id").GetString() == account);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        await World.DisposeAsync();
    }

    private static Rotation ModeOf(string rotation) => rotation switch
    {
        "none" => Behalf.Sandbox.Provider.Rotation.None,
        "grace" => Behalf.Sandbox.Provider.Rotation.Grace,
        "until_used" => Behalf.Sandbox.Provider.Rotation.UntilUsed,
        "strict" => Behalf.Sandbox.Provider.Rotation.Strict,
        _ => throw new ArgumentException(rotation, nameof(rotation)),
    };

    private async Task ProveKilledAsync(ServerProcess node)
    {
        Assert.Equal(Killed, await node.EndAsync());
        Said.Add(await node.SaidAsync());
    }
}
