using System.Text.Json.Nodes;
using Behalf.Keys;
using Behalf.Storage;
using Behalf.Tests.Support;
using Behalf.Vault;
using Microsoft.Extensions.DependencyInjection;

namespace Behalf.Tests.Vault;

/// <summary>An operator rotates keys while agents work, and the rotation's process dies half way: no call fails, the rest is
/// done by another run, and then the new keys alone are enough.</summary>
public sealed class RotationKillTests
{
    /// <summary>More than two batches of a rotation.</summary>
    private const int Accounts = 230;
    private const int Callers = 4;

    [Theory, OnBothEngines]
    public async Task Keys_of_both_kinds_rotate_under_load_although_each_rotation_is_killed_in_the_middle(string engine)
    {
        await using var world = await OwnSandbox.StartAsync(engine);
        await KeyAccounts.CreateAsync(world, Accounts);
        using var other = await world.Server.NewProjectAsync("Other");
        var old = Assert.Single(world.Server.Services.GetRequiredService<KeyProviders>().File!.List()).Id;
        await using var load = Load.Start(Callers, call => KeyAccounts.ObjectionAsync(world.Project, call % Accounts));

        await KillProjectRotationAsync(world);
        await KillProviderRotationAsync(world, old);
        var early = await RunAsync(world, "keys", "disable", old);
        Assert.Equal(1, early.Exit);
        Assert.Contains("still wraps 1 project keys", early.Errors, StringComparison.Ordinal);

        var (exit, output, errors) = await RunAsync(world, "keys", "rewrap");
        Assert.True(exit == 0, errors + output);
        Assert.Equal(0, await CountAsync(world, "select count(*) from data_key where generation = 1 and project_id = (select project_id from account limit 1)"));
        await AssertRetiredAsync(world, old);
        Assert.True(await load.StopAsync() > Callers);
        Assert.Empty(load.Failures);

        await AssertNewKeyIsEnoughAsync(world, engine, old);
    }

    private static async Task KillProjectRotationAsync(OwnSandbox world)
    {
        const string Moved = "select count(*) from data_key where generation = 2";
        var last = await world.Server.Database.FindAsync<byte[]>(
            RowScope.System, "select owner_id from data_key order by owner_id desc limit 1", null, CancellationToken.None);
        await using (await RowHalt.OnAsync(world.Server.DatabaseAddress, "data_key", "old.owner_id = @id", last!))
        {
            await ServerProcess.KillAtAsync(["keys", "rotate", "--project"], Settings(world), async () => await CountAsync(world, Moved) > 0);
        }

        Assert.InRange(await CountAsync(world, Moved), 1, Accounts - 1);
    }

    private static async Task KillProviderRotationAsync(OwnSandbox world, string old)
    {
        var moved = $"select count(*) from project_key where kek_id <> '{old}'";
        var last = await world.Server.Database.FindAsync<byte[]>(
            RowScope.System, "select project_id from project_key order by project_id desc limit 1", null, CancellationToken.None);
        var generation = await CountAsync(world, "select generation from project_key order by project_id desc, generation desc limit 1");
        await using (await RowHalt.OnAsync(world.Server.DatabaseAddress, "project_key", $"old.project_id = @id and old.generation = {generation}", last!))
        {
            // Two generations of the first project; the other one was not reached before.
            await ServerProcess.KillAtAsync(["keys", "rotate"], Settings(world), async () => await CountAsync(world, moved) == 2);
        }

        Assert.Equal((2, 1), (await CountAsync(world, moved), await CountAsync(world, $"select count(*) from project_key where kek_id = '{old}'")));
    }

    private static async Task AssertRetiredAsync(OwnSandbox world, string old)
    {
        var listed = (await RunAsync(world, "keys", "list")).Output.TrimEnd().Split('\n');
        Assert.Matches($"^{old}  Active  since .*  0 project keys, 0 signing keys$", listed[0]);
        Assert.Matches("  Primary  since .*  3 project keys, 1 signing keys$", listed[1]);
        var generations = (await RunAsync(world, "keys", "list", "--project")).Output;
        Assert.Matches("generation 1  Retired  under .*  0 data keys", generations);
        Assert.Matches($"generation 2  Primary  under .*  {Accounts} data keys", generations);

        Assert.Contains("cannot become", (await RunAsync(world, "keys", "delete", old)).Errors, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(world, "keys", "disable", old)).Exit);
        Assert.Contains("still opens backups", (await RunAsync(world, "keys", "delete", old)).Errors, StringComparison.Ordinal);
    }

    private static async Task AssertNewKeyIsEnoughAsync(OwnSandbox world, string engine, string old)
    {
        var ring = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(world.Server.Data, "keys.json")))!;
        ring["keys"]!.AsArray().RemoveAll(key => key!["id"]!.GetValue<string>() == old);
        var folder = Directory.CreateTempSubdirectory("behalf-new-key-").FullName;
        var file = Path.Combine(folder, "keys.json");
        await File.WriteAllTextAsync(file, ring.ToJsonString());
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        await using (var node = await TestServer.StartAsync(engine, world.Server.Options with { Data = folder, Database = world.Server.DatabaseAddress }))
        {
            using var project = node.Client(world.Project.Key);
            await KeyAccounts.AssertAllWorkAsync(project, Accounts);
            Assert.True((await project.GetAsync("/api/v3.1/audit/verify")).Expect(200).Json.GetProperty("valid").GetBoolean());
        }

        Directory.Delete(folder, recursive: true);
    }

    private static Task<(int Exit, string Output, string Errors)> RunAsync(OwnSandbox world, params string[] arguments) =>
        ServerProcess.RunAsync(arguments, Settings(world));

    private static Dictionary<string, string> Settings(OwnSandbox world) => new()
    {
        ["BEHALF_DATA"] = world.Server.Data,
        ["BEHALF_DATABASE"] = world.Server.DatabaseAddress,
        ["BEHALF_TOOLKITS"] = Repository.Toolkits,
    };

    private static Task<int> CountAsync(OwnSandbox world, string sql) =>
        world.Server.Database.FindAsync<int>(RowScope.System, sql, null, CancellationToken.None);
}
