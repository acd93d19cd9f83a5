using System.Text.RegularExpressions;
using Behalf.Audit;
using Behalf.Storage;
using Behalf.Tests.Hosting;
using Behalf.Tests.Support;

namespace Behalf.Tests.Storage;

/// <summary>The box is gone, and there are a backup and the key file: every account works again. Made while the server is busy.</summary>
public sealed partial class BackupTests : IDisposable
{
    private const int Accounts = 10_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("behalf-backup-").FullName;

    private string File => Path.Combine(_folder, "backup.db");

    private string Fresh => Path.Combine(_folder, "fresh");

    [Fact]
    public async Task Every_account_of_a_busy_server_calls_a_tool_after_a_restore_on_an_empty_box()
    {
        await using var world = await OwnSandbox.StartAsync("sqlite");
        var accounts = await KeyAccounts.CreateAsync(world, Accounts);
        await using (var writing = StartWriting(world, accounts))
        {
            var (exit, output, errors) = await RunAsync(world.Server.Data, "backup", File);
            Assert.True(exit == 0, errors);
            Assert.Contains("Not in it: the keys", output, StringComparison.Ordinal);
            var held = int.Parse(HeldAccounts().Match(output).Groups[1].Value);
            Assert.InRange(held, Accounts, Accounts + await writing.StopAsync());
            Assert.Empty(writing.Failures);
        }

        var keys = await System.IO.File.ReadAllTextAsync(Path.Combine(world.Server.Data, "keys.json"));
        Assert.DoesNotContain(System.Text.Json.Nodes.JsonNode.Parse(keys)!["keys"]![0]!["key"]!.GetValue<string>(), await ReadAsync(File), StringComparison.Ordinal);
        AssertOwnerOnly(File);
        await world.Server.DisposeAsync();

        var restored = await RunAsync(Fresh, "restore", File);
        Assert.True(restored.Exit == 0, restored.Errors);
        Assert.Contains("Bring the key file to ", restored.Output, StringComparison.Ordinal);
        Assert.Contains("BEHALF_KEYS names ", (await RunAsync(Fresh, "keys", "list")).Errors, StringComparison.Ordinal);
        await WriteKeysAsync(keys);
        await using var server = await TestServer.StartAsync("sqlite", world.Server.Options with { Data = Fresh });
        await AssertAllThereAsync(server, world.Project.Key!);
    }

    [Fact]
    public async Task The_commands_of_the_page_back_up_a_busy_PostgreSQL_and_restore_it_elsewhere()
    {
        await using var world = await OwnSandbox.StartAsync("postgres");
        var accounts = await KeyAccounts.CreateAsync(world, Accounts);
        var url = new Uri(world.Server.DatabaseAddress);
        using var shell = new Shell(_folder, new Dictionary<string, string>
        {
            ["PGHOST"] = url.Host,
            ["PGPORT"] = $"{url.Port}",
            ["PGUSER"] = "postgres",
            ["ROLE"] = PostgresCluster.Role,
            ["DATABASE"] = url.AbsolutePath[1..],
            ["RESTORED"] = url.AbsolutePath[1..] + "_restored",
        });
        var blocks = DocBlock.Of(Path.Combine("docs", "operations.md")).Where(block => block.Text.Contains("pg_", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, blocks.Count);
        await using (var writing = StartWriting(world, accounts))
        {
            var (well, printed) = await shell.RunAsync(blocks[0].Text);
            Assert.True(well, printed);
            await writing.StopAsync();
            Assert.Empty(writing.Failures);
        }

        await world.Server.DisposeAsync();
        var restored = await shell.RunAsync(blocks[1].Text);
        Assert.True(restored.Well, restored.Printed);
        await using var server = await TestServer.StartAsync("postgres", world.Server.Options with
        {
            Data = Fresh,
            Database = world.Server.DatabaseAddress + "_restored",
            Adjust = settings => world.Server.Options.Adjust(settings) with { Keys = "file:" + Path.Combine(_folder, "keys.json") },
        });
        await AssertAllThereAsync(server, world.Project.Key!);
    }

    [Fact]
    public async Task A_restore_overwrites_nothing_and_takes_nothing_but_a_whole_backup()
    {
        await using var server = await TestServer.StartAsync("sqlite");
        Assert.Equal(0, (await RunAsync(server.Data, "backup", File)).Exit);
        Assert.Contains("never overwritten", (await RunAsync(server.Data, "backup", File)).Errors, StringComparison.Ordinal);
        Assert.Contains("is not empty", (await RunAsync(server.Data, "restore", File)).Errors, StringComparison.Ordinal);
        Assert.Contains("There is no backup", (await RunAsync(Fresh, "restore", File + "x")).Errors, StringComparison.Ordinal);

        var copy = Path.Combine(_folder, "copy.db");
        System.IO.File.Copy(Path.Combine(server.Data, "behalf.db"), copy);
        Assert.Contains("may lack its last commits", (await RunAsync(Fresh, "restore", copy)).Errors, StringComparison.Ordinal);

        var whole = await System.IO.File.ReadAllBytesAsync(File);
        foreach (var broken in (byte[][])[[.. whole.Take(whole.Length / 2)], [.. whole.Take(8192), .. new byte[8192], .. whole.Skip(16384)], [], "not a database at all"u8.ToArray()])
        {
            await System.IO.File.WriteAllBytesAsync(copy, broken);
            var (exit, _, errors) = await RunAsync(Fresh, "restore", copy);
            Assert.Equal(1, exit);
            Assert.StartsWith("behalf: ", errors, StringComparison.Ordinal);
            Assert.Single(errors.TrimEnd().Split('\n'));
            Assert.False(System.IO.File.Exists(Path.Combine(Fresh, "behalf.db")));
        }

        Assert.Equal(0, (await RunAsync(Fresh, "restore", File)).Exit);
        Assert.Contains("There is no database", (await RunAsync(Path.Combine(_folder, "nothing"), "backup", File + "2")).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_PostgreSQL_the_commands_say_what_to_use_instead()
    {
        var settings = new Dictionary<string, string> { ["BEHALF_DATABASE"] = "postgres://behalf@127.0.0.1/behalf", ["BEHALF_DATA"] = Fresh };
        foreach (var command in (string[])["backup", "restore"])
        {
            var (exit, _, errors) = await ServerProcess.RunAsync([command, File], settings);
            Assert.Equal((1, true), (exit, errors.Contains("pg_dump", StringComparison.Ordinal)));
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Load StartWriting(OwnSandbox world, KeyAccounts accounts)
    {
        System.IO.File.Copy(Path.Combine(world.Server.Data, "keys.json"), Path.Combine(_folder, "keys.json"));
        return Load.Start(3, async call =>
        {
            await accounts.ConnectAsync(Accounts + call);
            return await KeyAccounts.ObjectionAsync(world.Project, call % Accounts);
        });
    }

    private static async Task AssertAllThereAsync(TestServer server, string key)
    {
        using var project = server.Client(key);
        await KeyAccounts.AssertAllWorkAsync(project, Accounts);
        var verified = (await project.GetAsync("/api/v3.1/audit/verify")).Expect(200).Json;
        Assert.True(verified.GetProperty("valid").GetBoolean(), verified.ToString());
        Assert.True(Accounts <= await server.Database.FindAsync<int>(
            RowScope.System, "select count(*) from audit_event where action = @AccountConnected", new { AuditActions.AccountConnected }, CancellationToken.None));
    }

    private Task<(int Exit, string Output, string Errors)> RunAsync(string data, params string[] arguments) =>
        ServerProcess.RunAsync(arguments, new Dictionary<string, string> { ["BEHALF_DATA"] = data, ["BEHALF_TOOLKITS"] = Repository.Toolkits });

    private async Task WriteKeysAsync(string keys)
    {
        var file = Path.Combine(Fresh, "keys.json");
        await System.IO.File.WriteAllTextAsync(file, keys);
        if (!OperatingSystem.IsWindows())
        {
            System.IO.File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private static async Task<string> ReadAsync(string file) => System.Text.Encoding.Latin1.GetString(await System.IO.File.ReadAllBytesAsync(file));

    private static void AssertOwnerOnly(string file)
    {
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(file));
        }
    }

    [GeneratedRegex(@" (\d+) accounts")]
    private static partial Regex HeldAccounts();
}
