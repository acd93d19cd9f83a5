using Behalf.Storage.Sqlite;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Behalf.Storage.Backups;

/// <summary>What a backup holds.</summary>
internal sealed record BackupContent
{
    public required long Bytes { get; init; }

    public required long Projects { get; init; }

    public required long Accounts { get; init; }
}

/// <summary>The embedded database in one file, and back. The keys are not in it: without the key file a backup opens nothing.</summary>
internal static class SqliteBackup
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>SQLite file format §1.3.3: the byte that says whether a write-ahead log belongs to the file.</summary>
    private const int WriteVersionAt = 18;
    private const byte WriteAheadLog = 2;

    /// <summary>Writes what was committed when it began, while the server goes on reading and writing.</summary>
    /// <exception cref="InvalidOperationException">It was not written; the message says why.</exception>
    public static BackupContent Write(string database, string file)
    {
        Require(File.Exists(database), $"There is no database at {database}.");
        Require(!File.Exists(file), $"{file} exists already, and a backup is never overwritten.");
        return Guarded(file, () => Replace(file, partial =>
        {
            using var connection = Open(database, SqliteOpenMode.ReadWrite);

            // One read transaction: a writer is not held up, and the copy is of one moment. It is compact, too, and what was
            // deleted is not in it.
            connection.Execute("vacuum into @partial", new { partial });
            return Check(partial);
        }));
    }

    /// <summary>Puts a backup where a database will be looked for, and nothing is yet.</summary>
    /// <exception cref="InvalidOperationException">It was not put there; the message says why.</exception>
    public static BackupContent Restore(string file, string database)
    {
        Require(File.Exists(file), $"There is no backup at {file}.");
        Require(!File.Exists(database), $"{database} exists already: a restore overwrites nothing.");
        return Guarded(file, () =>
        {
            RequireWhole(file);
            Check(file);
            return Replace(database, partial =>
            {
                using (var from = File.OpenRead(file))
                using (var to = new FileStream(partial, FileMode.Truncate, FileAccess.Write))
                {
                    from.CopyTo(to);
                }

                return Check(partial);
            });
        });
    }

    /// <summary>Afterwards the file is there with all of its content, or it is not there.</summary>
    private static BackupContent Replace(string file, Func<string, BackupContent> write)
    {
        var partial = file + ".partial";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        File.Delete(partial);
        using (new FileStream(partial, options))
        {
            // Made empty first, because SQLite would make it readable for all.
        }

        var content = write(partial);
        using (var written = new FileStream(partial, FileMode.Open, FileAccess.ReadWrite))
        {
            written.Flush(flushToDisk: true);
        }

        File.Move(partial, file);
        return content;
    }

    private static BackupContent Check(string file)
    {
        using var connection = Open(file, SqliteOpenMode.ReadOnly);
        var verdict = connection.QueryFirst<string>("pragma integrity_check");
        Require(verdict == "ok", $"{file} is damaged: {verdict}.");

        // A history that is not this build's own is refused here, not at the next start.
        Migrations.Missing([.. connection.Query<AppliedMigration>(Migrations.SelectApplied)]);
        return new BackupContent
        {
            Bytes = new FileInfo(file).Length,
            Projects = connection.QueryFirst<long>("select count(*) from project"),
            Accounts = connection.QueryFirst<long>("select count(*) from account"),
        };
    }

    /// <summary>A plain copy of a database in use may lack its last commits, which are in the log beside it.</summary>
    private static void RequireWhole(string file)
    {
        using var stream = File.OpenRead(file);
        var header = new byte[WriteVersionAt + 1];
        Require(
            stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length || header[WriteVersionAt] != WriteAheadLog,
            $"{file} is a database's own file, which may lack its last commits: restore takes what behalf backup wrote.");
    }

    private static SqliteConnection Open(string file, SqliteOpenMode mode)
    {
        NativeSqlite.Load();
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = file, Mode = mode, Pooling = false, DefaultTimeout = 30 }.ToString());
        connection.Open();
        return connection;
    }

    private static BackupContent Guarded(string file, Func<BackupContent> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"{file}: {e.Message}", e);
        }
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}
