using System.Text.Json.Nodes;
using Behalf.Keys;
using Behalf.Storage;
using Behalf.Tests.Keys.Services;
using Behalf.Tests.Support;
using Behalf.Vault;
using Microsoft.Extensions.DependencyInjection;

namespace Behalf.Tests.Vault;

/// <summary>An operator rotates keys while agents work, and the rotation's process dies half way: no call fails, the rest is
/// done by another run, and then the new keys alone are enough. With the key file and with the services.</summary>
public sealed class RotationKillTests
{
    /// <summary>More than two batches of a rotation.</summary>
    private const int Accounts = 230;
    private const int Callers = 4;

    [Theory]
    [InlineData("sqlite", "file")]
    [InlineData("postgres", "file")]
    [InlineData("sqlite", "awskms")]
    [InlineData("postgres", "transit")]
    public async Task Keys_of_both_kinds_rotate_under_load_although_each_rotation_is_killed_in_the_middle(string engine, string keys)
    {
        await using var service = keys == "file" ? null : await ServiceKeys.StartAsync(keys);
        await using var world = await OwnSandbox.StartAsync(engine, settings => service?.Tell(settings) ?? settings);
        await KeyAccounts.CreateAsync(world, Accounts);
        using var other = await world.Server.NewProjectAsync("Other");
        var rotation = new Rotation(world, service);
        await using var load = Load.Start(Callers, call => KeyAccounts.ObjectionAsync(world.Project, call % Accounts));

        await rotation.KillOfProjectKeysAsync();
        await rotation.KillOfProviderKeysAsync();
        await rotation.FinishAsync();
        Assert.True(await load.StopAsync() > Callers);
        Assert.Empty(load.Failures);

        await rotation.AssertNewKeyIsEnoughAsync(engine);
    }

    /// <summary>What an operator does.</summary>
    /// <param name="world">With the server that goes on working.</param>
    /// <param name="service">That has the keys; null for the key file.</param>
    private sealed class Rotation(OwnSandbox world, ServiceKeys? service)
    {
        private readonly string _old = service?.OldId ?? Assert.Single(world.Server.Services.GetRequiredService<KeyProviders>().File!.List()).Id;

        public async Task KillOfProjectKeysAsync()
        {
            const string Moved = "select count(*) from data_key where generation = 2";
            var last = await world.Server.Database.FindAsync<byte[]>(
                RowScope.System, "select owner_id from data_key order by owner_id desc limit 1", null, CancellationToken.None);
            await using (await RowHalt.OnAsync(world.Server.DatabaseAddress, "data_key", "old.owner_id = @id", last!))
            {
                await ServerProcess.KillAtAsync(["keys", "rotate", "--project"], Settings, async () => await CountAsync(Moved) > 0);
            }

            Assert.InRange(await CountAsync(Moved), 1, Accounts - 1);
        }

        public async Task KillOfProviderKeysAsync()
        {
            var moved = $"select count(*) from project_key where kek_id <> '{_old}'";
            var last = await world.Server.Database.FindAsync<byte[]>(
                RowScope.System, "select project_id from project_key order by project_id desc limit 1", null, CancellationToken.None);
            var generation = await CountAsync("select generation from project_key order by project_id desc, generation desc limit 1");
            service?.Rotate();
            await using (await RowHalt.OnAsync(world.Server.DatabaseAddress, "project_key", $"old.project_id = @id and old.generation = {generation}", last!))
            {
                // Two generations of the first project; the other one was not reached before.
                await ServerProcess.KillAtAsync(["keys", service is null ? "rotate" : "rewrap"], Settings, async () => await CountAsync(moved) == 2);
            }

            Assert.Equal((2, 1), (await CountAsync(moved), await CountAsync($"select count(*) from project_key where kek_id = '{_old}'")));
            if (service is null)
            {
                var early = await RunAsync("keys", "disable", _old);
                Assert.Equal(1, early.Exit);
                Assert.Contains("still wraps 1 project keys", early.Errors, StringComparison.Ordinal);
            }
        }

        public async Task FinishAsync()
        {
            var (exit, output, errors) = await RunAsync("keys", "rewrap");
            Assert.True(exit == 0, errors + output);
            Assert.Equal(0, await CountAsync("select count(*) from data_key where generation = 1 and project_id = (select project_id from account limit 1)"));
            var generations = (await RunAsync("keys", "list", "--project")).Output;
            Assert.Matches("generation 1  Retired  under .*  0 data keys", generations);
            Assert.Matches($"generation 2  Primary  under .*  {Accounts} data keys", generations);
            var listed = (await RunAsync("keys", "list")).Output.TrimEnd().Split('\n');
            if (service is not null)
            {
                // Of the old one there is nothing left to be listed.
                Assert.Equal([$"{service.NewId}  Primary  in {service.Scheme}  3 project keys, 1 signing keys"], listed);
                return;
            }

            Assert.Matches($"^{_old}  Active  since .*  0 project keys, 0 signing keys$", listed[0]);
            Assert.Matches("  Primary  since .*  3 project keys, 1 signing keys$", listed[1]);
            Assert.Contains("cannot become", (await RunAsync("keys", "delete", _old)).Errors, StringComparison.Ordinal);
            Assert.Equal(0, (await RunAsync("keys", "disable", _old)).Exit);
            Assert.Contains("still opens backups", (await RunAsync("keys", "delete", _old)).Errors, StringComparison.Ordinal);
        }

        public async Task AssertNewKeyIsEnoughAsync(string engine)
        {
            service?.Retire();
            var folder = service is null ? await NewKeyAloneAsync() : Directory.CreateTempSubdirectory("behalf-new-key-").FullName;
            await using (var node = await TestServer.StartAsync(engine, world.Server.Options with { Data = folder, Database = world.Server.DatabaseAddress }))
            {
                using var project = node.Client(world.Project.Key);
                await KeyAccounts.AssertAllWorkAsync(project, Accounts);
                Assert.True((await project.GetAsync("/api/v3.1/audit/verify")).Expect(200).Json.GetProperty("valid").GetBoolean());
            }

            Directory.Delete(folder, recursive: true);
        }

        /// <summary>A folder with a key file that has only that.</summary>
        private async Task<string> NewKeyAloneAsync()
        {
            var ring = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(world.Server.Data, "keys.json")))!;
            ring["keys"]!.AsArray().RemoveAll(key => key!["id"]!.GetValue<string>() == _old);
            var folder = Directory.CreateTempSubdirectory("behalf-new-key-").FullName;
            var file = Path.Combine(folder, "keys.json");
            await File.WriteAllTextAsync(file, ring.ToJsonString());
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            return folder;
        }

        private Task<(int Exit, string Output, string Errors)> RunAsync(params string[] arguments) => ServerProcess.RunAsync(arguments, Settings);

        private Dictionary<string, string> Settings => new(service?.Environment ?? [])
        {
            ["BEHALF_DATA"] = world.Server.Data,
            ["BEHALF_DATABASE"] = world.Server.DatabaseAddress,
            ["BEHALF_TOOLKITS"] = Repository.Toolkits,
        };

        private Task<int> CountAsync(string sql) => world.Server.Database.FindAsync<int>(RowScope.System, sql, null, CancellationToken.None);
    }
}
