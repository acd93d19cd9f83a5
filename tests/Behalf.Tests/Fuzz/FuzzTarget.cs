using System.Text.Json;
using Behalf.Tests.Support;

namespace Behalf.Tests.Fuzz;

/// <summary>The server as a process of its own, with something in it worth reaching; at the end it is asked how it took it.</summary>
internal sealed class FuzzTarget : IAsyncDisposable
{
    /// <summary>Longer than this is a hang.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private const int MostMemory = 600 * 1024 * 1024;

    private readonly World _world;
    private readonly ServerProcess _node;
    private long _warm;

    private FuzzTarget(World world, ServerProcess node) => (_world, _node) = (world, node);

    public Uri Url => _node.Url;

    public required JsonElement Description { get; init; }

    /// <summary>What is there: an account, its config, its project, its user, tools.</summary>
    public required IReadOnlyList<string> Ids { get; init; }

    /// <summary>The project's first, then the user's and the operator's.</summary>
    public required IReadOnlyList<string> Keys { get; init; }

    public static async Task<FuzzTarget> StartAsync(string engine)
    {
        var world = await World.CreateAsync(engine);
        var account = await world.ConnectAsync("user_1", "alice");
        using var agent = await world.UserKeyAsync("user_1");
        var project = (await world.Project.GetAsync("/api/v3.1/project")).Json.GetProperty("id").GetString()!;
        var description = (await world.Project.GetAsync("/openapi.json")).Json;
        var admin = world.Server.AdminKey;
        await world.StopServerAsync();
        return new FuzzTarget(world, await world.StartProcessAsync())
        {
            Description = description,
            Ids = [account, world.AuthConfig, project, "user_1", "SANDBOX_GET_ME", "SANDBOX_SEND_MAIL", "sandbox", "github"],
            Keys = [world.Project.Key!, agent.Key!, admin],
        };
    }

    /// <summary>Once all that is made at first use is there.</summary>
    public void RememberMemory() => _warm = _node.ResidentBytes;

    /// <summary>It answers, its memory is what it was, and its log knows of nothing that broke.</summary>
    public async Task AssertUnharmedAsync(string run)
    {
        using (var project = new TestClient(Url, Keys[0]))
        {
            (await project.GetAsync("/api/v3.1/project")).Expect(200);
        }

        var resident = _node.ResidentBytes;
        Assert.True(
            resident < Math.Min(MostMemory, _warm + (_warm / 2) + (32 * 1024 * 1024)), $"{run}: from {_warm / 1048576} to {resident / 1048576} MB");
        Assert.Equal(0, await _node.StopAsync());
        var broken = (await _node.SaidAsync()).Split('\n').Where(line => line.StartsWith("fail:", StringComparison.Ordinal)
            || line.StartsWith("crit:", StringComparison.Ordinal) || line.Contains("Unhandled exception", StringComparison.Ordinal));
        Assert.True(!broken.Any(), $"{run}: {string.Join('\n', broken.Take(3))}");
        Console.WriteLine($"{run}: resident memory from {_warm / 1048576} to {resident / 1048576} MB");
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        await _world.DisposeAsync();
    }
}
