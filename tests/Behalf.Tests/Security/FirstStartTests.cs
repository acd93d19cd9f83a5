using System.Text.Json;
using Behalf.Tests.Support;

namespace Behalf.Tests.Security;

/// <summary>A27: the first start makes one operator's key, whoever comes first; nothing is a default, and nothing is printed.</summary>
public sealed class FirstStartTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _folder = Directory.CreateTempSubdirectory("behalf-first-").FullName;

    [Fact]
    public async Task Two_servers_that_start_at_once_on_an_empty_database_make_one_operators_key()
    {
        var database = await (await PostgresCluster.GetAsync()).CreateDatabaseAsync(migrated: false);
        string[] data = [Path.Combine(_folder, "a"), Path.Combine(_folder, "b")];
        var servers = await Task.WhenAll(data.Select(folder => ServerProcess.StartAsync(Settings(folder, database))));
        var file = Assert.Single(data.Select(folder => Path.Combine(folder, "admin-key")), File.Exists);
        var key = (await File.ReadAllTextAsync(file)).Trim();
        AssertOwnerOnly(file);
        AssertOwnerOnly(Path.Combine(_folder, "keys.json"));
        foreach (var server in servers)
        {
            using var admin = new TestClient(server.Url, key);
            (await admin.GetAsync("/api/v3.1/org/owner/project/list")).Expect(200);
            using var nobody = new TestClient(server.Url, null);
            (await nobody.PostAsync("/api/v3.1/org/owner/project/new", new { name = "Mine" })).Expect(401);
        }

        foreach (var server in servers)
        {
            Assert.DoesNotContain(key, await server.SaidAsync(), StringComparison.Ordinal);
            await server.DisposeAsync();
        }
    }

    [Theory, OnBothEngines]
    public async Task Projects_that_are_made_at_once_at_the_first_start_each_get_a_key_of_their_own(string engine)
    {
        var database = engine == "postgres" ? await (await PostgresCluster.GetAsync()).CreateDatabaseAsync(migrated: false) : Path.Combine(_folder, "behalf.db");
        var settings = Settings(_folder, database);
        var runs = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => ServerProcess.RunAsync(["projects", "create", $"P{i}", "--json"], settings)));
        Assert.All(runs, run => Assert.True(run.Exit == 0, run.Errors));
        var keys = runs.Select(run => JsonDocument.Parse(run.Output).RootElement.GetProperty("api_key").GetString()!).ToList();
        Assert.Equal(3, keys.Distinct().Count());
        var admin = (await File.ReadAllTextAsync(Path.Combine(_folder, "admin-key"))).Trim();
        Assert.All(runs, run => Assert.DoesNotContain(admin, run.Output + run.Errors, StringComparison.Ordinal));

        await using var server = await ServerProcess.StartAsync(settings);
        foreach (var key in keys)
        {
            using var client = new TestClient(server.Url, key);
            (await client.GetAsync("/api/v3.1/project")).Expect(200);
        }
    }

    [Theory, OnBothEngines]
    public async Task No_two_installations_share_a_secret(string engine)
    {
        await using var one = await TestServer.StartAsync(engine);
        await using var other = await TestServer.StartAsync(engine);
        Assert.NotEqual(one.AdminKey, other.AdminKey);
        Assert.NotEqual(await File.ReadAllTextAsync(Path.Combine(one.Data, "keys.json")), await File.ReadAllTextAsync(Path.Combine(other.Data, "keys.json")));
        using var project = await one.NewProjectAsync();
        foreach (var key in (string[])[one.AdminKey, project.Key!])
        {
            using var stranger = other.Client(key);
            (await stranger.GetAsync("/api/v3.1/project")).Expect(401);
            (await stranger.GetAsync("/api/v3.1/org/owner/project/list")).Expect(401);
        }
    }

    /// <summary>Somebody was in the folder first, and left a file that all may read.</summary>
    [Theory, OnBothEngines]
    public async Task A_file_that_lies_there_already_does_not_make_the_key_readable(string engine)
    {
        var file = Path.Combine(_folder, "admin-key");
        await File.WriteAllTextAsync(file, "planted");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }

        await using var server = await TestServer.StartAsync(engine, new TestServerOptions { Data = _folder });
        AssertOwnerOnly(file);
        using var admin = server.Client(server.AdminKey);
        (await admin.GetAsync("/api/v3.1/org/owner/project/list")).Expect(200);
    }

    [Theory, OnBothEngines]
    public async Task A_start_that_cannot_write_the_key_down_leaves_none_that_nobody_knows(string engine)
    {
        var file = Path.Combine(_folder, "admin-key");
        var database = engine == "postgres" ? await (await PostgresCluster.GetAsync()).CreateDatabaseAsync() : Path.Combine(_folder, "behalf.db");
        Directory.CreateDirectory(file);
        await Assert.ThrowsAnyAsync<Exception>(() => TestServer.StartAsync(engine, new TestServerOptions { Data = _folder, Database = database }));
        Directory.Delete(file);
        await using var server = await TestServer.StartAsync(engine, new TestServerOptions { Data = _folder, Database = database });
        using var admin = server.Client(server.AdminKey);
        (await admin.GetAsync("/api/v3.1/org/owner/project/list")).Expect(200);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Dictionary<string, string> Settings(string data, string database) => new()
    {
        ["BEHALF_DATA"] = data,
        ["BEHALF_DATABASE"] = database,
        ["BEHALF_KEYS"] = "file:" + Path.Combine(_folder, "keys.json"),
        ["BEHALF_TOOLKITS"] = Repository.Toolkits,
    };

    private static void AssertOwnerOnly(string file)
    {
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(file));
        }
    }
}
