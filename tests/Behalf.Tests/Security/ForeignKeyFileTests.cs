using Behalf.Keys;
using Behalf.Tests.Support;

namespace Behalf.Tests.Security;

/// <summary>A node that was given a wrong path must not make a key of its own: what it wrapped, no other node could open.</summary>
public sealed class ForeignKeyFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("behalf-foreign-").FullName;

    [Theory, OnBothEngines]
    public async Task A_start_without_the_key_file_of_a_used_database_is_refused_and_makes_none(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        await world.StopServerAsync();
        var wrong = Path.Combine(_folder, "wrong.json");
        var (exit, _, errors) = await ServerProcess.RunAsync(["serve", "--urls", "http://127.0.0.1:0"], Settings(world, wrong));
        Assert.Equal(1, exit);
        Assert.StartsWith($"behalf: BEHALF_KEYS names {wrong}", errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd().Split('\n'));
        Assert.False(File.Exists(wrong));
        await world.StartServerAsync();
    }

    [Theory, OnBothEngines]
    public async Task Another_databases_key_file_is_refused(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        await using var other = await TestServer.StartAsync("sqlite");
        var refused = await Assert.ThrowsAsync<KeyProviderException>(() => TestServer.StartAsync(engine, world.Server.Options with
        {
            Database = world.Server.DatabaseAddress,
            Adjust = settings => settings with { Keys = "file:" + Path.Combine(other.Data, "keys.json") },
        }));
        Assert.StartsWith("BEHALF_KEYS names ", refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Dictionary<string, string> Settings(World world, string keys) => new()
    {
        ["BEHALF_DATA"] = world.Server.Data,
        ["BEHALF_DATABASE"] = world.Server.DatabaseAddress,
        ["BEHALF_KEYS"] = "file:" + keys,
        ["BEHALF_TOOLKITS"] = Repository.Toolkits,
    };
}
