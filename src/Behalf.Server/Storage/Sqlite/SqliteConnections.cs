using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Behalf.Storage.Sqlite;

/// <summary>Opens connections to one file and keeps the reading ones for reuse: each carries <c>behalf_now</c>, its
/// page cache and its prepared statements, which the driver's own pool would drop.</summary>
internal sealed class SqliteConnections(string file, TimeProvider clock) : IDisposable
{
    private readonly ConcurrentBag<SqliteStatements> _idle = [];
    private volatile bool _closed;

    public string File { get; } = file;

    public SqliteConnection Open()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = File,
            Pooling = false,

            // The driver goes on trying at a busy file for this long; its own default is half a minute.
            DefaultTimeout = 5,
        }.ToString());
        connection.Open();
        connection.CreateFunction("behalf_now", () => clock.GetUtcNow().ToUnixTimeMilliseconds());
        using var pragmas = connection.CreateCommand();

        // FULL: a commit that was answered survives a power cut (NORMAL in WAL mode may lose the last ones).
        pragmas.CommandText =
            """
            pragma busy_timeout = 5000;
            pragma journal_mode = wal;
            pragma synchronous = full;
            pragma foreign_keys = on;
            pragma temp_store = memory;
            pragma cache_size = -8000;
            """;
        pragmas.ExecuteNonQuery();
        return connection;
    }

    public SqliteStatements Rent() => _idle.TryTake(out var statements) ? statements : new SqliteStatements(Open());

    public void Return(SqliteStatements statements)
    {
        if (_closed)
        {
            statements.Dispose();
            return;
        }

        _idle.Add(statements);
    }

    public void Dispose()
    {
        _closed = true;
        while (_idle.TryTake(out var statements))
        {
            statements.Dispose();
        }
    }
}
