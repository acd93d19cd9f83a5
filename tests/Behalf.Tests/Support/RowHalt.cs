using Microsoft.Data.Sqlite;

namespace Behalf.Tests.Support;

/// <summary>Makes an update of one row last for seconds, so that whoever does it can be killed in the middle of its work.</summary>
internal sealed class RowHalt : IAsyncDisposable
{
    private readonly string _database;

    private RowHalt(string database) => _database = database;

    /// <param name="database">Its address.</param>
    /// <param name="table">Which table.</param>
    /// <param name="condition">Which update, over <c>old</c>, <c>new</c> and <c>@id</c>.</param>
    /// <param name="id">Of the row.</param>
    public static async Task<RowHalt> OnAsync(string database, string table, string condition, byte[] id)
    {
        var hex = Convert.ToHexString(id);
        if (database.StartsWith("postgres", StringComparison.Ordinal))
        {
            await PostgresCluster.ExecuteAsSuperuserAsync(database, $"""
                create function halt() returns trigger language plpgsql as $$ begin perform pg_sleep(60); return new; end $$;
                create trigger halt before update on {table} for each row when ({condition.Replace("@id", $@"'\x{hex}'::bytea", StringComparison.Ordinal)}) execute function halt()
                """);
        }
        else
        {
            // Nothing sleeps in SQLite; counting takes seconds, and ends with its process.
            await ExecuteAsync(database, $"""
                create view halt_count as with recursive c(n) as (select 1 union all select n + 1 from c where n < 40000000) select n from c;
                create trigger halt before update on {table} when {condition.Replace("@id", $"X'{hex}'", StringComparison.Ordinal)} begin select count(*) from halt_count; end
                """);
        }

        return new RowHalt(database);
    }

    public async ValueTask DisposeAsync()
    {
        if (_database.StartsWith("postgres", StringComparison.Ordinal))
        {
            // The backend of a killed client goes on sleeping, and would keep its locks.
            await PostgresCluster.ExecuteAsSuperuserAsync(_database, "select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()");
            await PostgresCluster.ExecuteAsSuperuserAsync(_database, "drop function halt() cascade");
        }
        else
        {
            await ExecuteAsync(_database, "drop trigger halt; drop view halt_count");
        }
    }

    private static async Task ExecuteAsync(string file, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=False;Default Timeout=30");
        await connection.OpenAsync();
        await using var command = new SqliteCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
