using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Behalf.Storage.Postgres;
using Npgsql;

namespace Behalf.Tests.Support;

/// <summary>A PostgreSQL of the tests' own, from the distribution's binaries, on loopback; started at the first use, gone
/// with the test process.</summary>
internal sealed class PostgresCluster
{
    public const string Role = "behalf_app";

    /// <summary>Whether commits reach the disk: not for tests, which only kill processes; for measurements.</summary>
    public static bool Durable { get; set; }

    private static readonly Lazy<Task<PostgresCluster>> Shared = new(StartAsync);
    private static int databases;

    private readonly string _folder;
    private readonly int _port;
    private int stopped;

    private PostgresCluster(string folder, int port) => (_folder, _port) = (folder, port);

    public static Task<PostgresCluster> GetAsync() => Shared.Value;

    /// <summary>Stops the shared cluster, if any test has used it.</summary>
    public static async Task StopSharedAsync()
    {
        if (Shared.IsValueCreated)
        {
            (await Shared.Value).Stop();
        }
    }

    /// <summary>A fresh database that the application's role owns, already migrated.</summary>
    public async Task<string> CreateDatabaseAsync(bool migrated = true)
    {
        var name = $"t{Environment.ProcessId}_{Interlocked.Increment(ref databases)}";
        await ExecuteAsync("postgres", $"create database {name} owner {Role} template {(migrated ? "migrated" : "template0")}");
        return Url(name, Role);
    }

    /// <summary>A copy of a database that nobody is connected to, as a backup would be restored.</summary>
    public async Task<string> CopyDatabaseAsync(string url)
    {
        var name = $"t{Environment.ProcessId}_{Interlocked.Increment(ref databases)}";
        await ExecuteAsync("postgres", $"create database {name} owner {Role} template {new Uri(url).AbsolutePath[1..]}");
        return Url(name, Role);
    }

    public static Task ExecuteAsSuperuserAsync(string url, string sql) =>
        ExecuteAsync(new Uri(url).Port, new Uri(url).AbsolutePath[1..], sql);

    /// <summary>One that a test may break, until it calls <see cref="Stop"/>.</summary>
    public static Task<PostgresCluster> StartOwnAsync() => StartAsync();

    /// <summary>Every process of it ends at once, as in a power cut, and it recovers.</summary>
    public void Crash() => RunAsOwner(
        Path.Combine(FindBinaries(), "pg_ctl"), ["-D", Path.Combine(_folder, "data"), "-w", "-s", "-m", "immediate", "-l", Path.Combine(_folder, "log"), "restart"]);

    /// <summary>Sends a signal to every process of it: STOP and CONT.</summary>
    public void Signal(string name)
    {
        var main = File.ReadLines(Path.Combine(_folder, "data", "postmaster.pid")).First();
        var children = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
            .Where(pid => char.IsAsciiDigit(pid![0]) && ParentOf(pid) == main);
        Run("kill", ["-" + name, main, .. children.Select(pid => pid!)]);
    }

    public string Url(string database, string role) => $"postgres://{role}@127.0.0.1:{_port}/{database}";

    private static async Task<PostgresCluster> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("behalf-pg-").FullName;
        var port = FreePort();
        var bin = FindBinaries();
        if (Environment.UserName == "root")
        {
            Run("chown", ["postgres", folder]);
        }

        var data = Path.Combine(folder, "data");
        RunAsOwner(Path.Combine(bin, "initdb"), ["-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
        RunAsOwner(Path.Combine(bin, "pg_ctl"),
        [
            "-D", data, "-w", "-s", "-l", Path.Combine(folder, "log"), "-o",
            $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c max_connections=400 -c shared_buffers=64MB{(Durable ? "" : " -c fsync=off -c full_page_writes=off")}",
            "start",
        ]);
        var cluster = new PostgresCluster(folder, port);
        // For a run that is cut short; one that ends by itself has stopped it already.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => cluster.Stop();

        await cluster.ExecuteAsync("postgres", $"create role {Role} login");
        await cluster.ExecuteAsync("postgres", $"create database migrated owner {Role} template template0");
        await using (var database = new PostgresDatabase(cluster.Url("migrated", Role)))
        {
            await database.MigrateAsync(CancellationToken.None);
        }

        return cluster;
    }

    private static string? ParentOf(string pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1].Split(' ')[1];
        }
        catch (IOException)
        {
            return null;
        }
    }

    private Task ExecuteAsync(string database, string sql) => ExecuteAsync(_port, database, sql);

    private static async Task ExecuteAsync(int port, string database, string sql)
    {
        await using var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={port};Username=postgres;Database={database};Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public void Stop()
    {
        if (Interlocked.Exchange(ref stopped, 1) == 1)
        {
            return;
        }

        try
        {
            var data = Path.Combine(_folder, "data");
            RunAsOwner(Path.Combine(FindBinaries(), "pg_ctl"), ["-D", data, "-s", "-m", "immediate", "stop"]);
            Directory.Delete(_folder, recursive: true);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"could not clean up {_folder}: {e.Message}");
        }
    }

    private static string FindBinaries()
    {
        var newest = Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").OrderByDescending(d => int.TryParse(Path.GetFileName(d), out var v) ? v : 0).FirstOrDefault()
            : null;
        return newest is not null && File.Exists(Path.Combine(newest, "bin", "initdb"))
            ? Path.Combine(newest, "bin")
            : throw new InvalidOperationException("PostgreSQL's binaries are missing: apt-get install postgresql, or run ./test, which does.");
    }

    /// <summary>initdb and the server refuse root.</summary>
    private static void RunAsOwner(string program, string[] arguments)
    {
        if (Environment.UserName == "root")
        {
            Run("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", program, .. arguments]);
        }
        else
        {
            Run(program, arguments);
        }
    }

    private static void Run(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        })!;

        // pg_ctl's child inherits the pipes: read nothing past the exit of the process itself.
        var errors = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} failed: {errors.Result}");
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
