using System.CommandLine;
using Behalf.Hosting;
using Behalf.Keys;
using Behalf.Keys.Local;
using Behalf.Storage.Backups;
using Behalf.Storage.Postgres;

namespace Behalf.Cli;

/// <summary><c>behalf backup FILE</c> and <c>behalf restore FILE</c>, for the embedded database. Neither starts the server, so
/// that a backup can be made before an upgrade changes the schema.</summary>
internal static class BackupCommand
{
    public static Command BuildBackup() => Build(
        "backup", "Writes the embedded database to one file; the server may be running. The keys are not in it.", Backup);

    public static Command BuildRestore() => Build(
        "restore", "Puts a backup into an empty data folder, for the next start.", Restore);

    private static Command Build(string name, string description, Action<ServerSettings, string> act)
    {
        var options = new ServerOptions();
        var file = new Argument<string>("FILE") { Description = "The backup." };
        var command = new Command(name, description) { file };
        options.AddTo(command);
        command.SetAction((parsed, _) => ServerOptions.RunAsync(() =>
        {
            var settings = options.Read(parsed);
            if (PostgresUrl.Is(settings.Database))
            {
                throw new InvalidOperationException($"behalf {name} is for the embedded database. For PostgreSQL see Backup in docs/operations.md: pg_dump and pg_restore.");
            }

            act(settings, Path.GetFullPath(parsed.GetValue(file)!));
            return Task.FromResult(0);
        }));
        return command;
    }

    private static void Backup(ServerSettings settings, string file)
    {
        var content = SqliteBackup.Write(settings.Database, file);
        Sync(file);
        Console.WriteLine(
            $"{file}: {content.Projects} projects, {content.Accounts} accounts, {content.Bytes} bytes.\n"
            + $"Not in it: the keys ({settings.Keys}), without which nothing in it opens. Keep them elsewhere.");
    }

    private static void Restore(ServerSettings settings, string file)
    {
        using var providers = KeySetting.Parse(settings.Keys, settings.Data, settings.Transit, new KeyServiceLimits(), TimeProvider.System);
        var keys = providers.File?.Path;
        var other = Directory.Exists(settings.Data)
            ? Directory.EnumerateFileSystemEntries(settings.Data).FirstOrDefault(entry => keys is null || (Path.GetFullPath(entry) != keys && Path.GetFullPath(entry) != keys + ".lock"))
            : null;
        if (other is not null)
        {
            throw new InvalidOperationException($"{settings.Data} is not empty ({Path.GetFileName(other)}): restore into a fresh folder, where only the key file may be.");
        }

        Directory.CreateDirectory(settings.Data);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(settings.Database))!);
        var content = SqliteBackup.Restore(file, settings.Database);
        Sync(settings.Database);
        Console.WriteLine($"{settings.Database}: {content.Projects} projects, {content.Accounts} accounts.");
        if (keys is not null && !File.Exists(keys))
        {
            Console.WriteLine($"Bring the key file to {keys} before you start the server.");
        }
    }

    private static void Sync(string file)
    {
        if (!OperatingSystem.IsWindows())
        {
            Posix.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(file))!);
        }
    }
}
