using Behalf.Storage.Postgres;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Behalf.Tests.Audit;

/// <summary>Somebody else's open transaction, in the way of every write until it is disposed.</summary>
internal sealed class Blocker : IAsyncDisposable
{
    private readonly System.Data.Common.DbConnection _connection;

    private Blocker(System.Data.Common.DbConnection connection) => _connection = connection;

    public static async Task<Blocker> HoldAsync(string address, string postgresLock)
    {
        var isPostgres = PostgresUrl.Is(address);
        System.Data.Common.DbConnection connection = isPostgres
            ? new NpgsqlConnection(PostgresUrl.Parse(address) + ";Pooling=false")
            : new SqliteConnection($"Data Source={address};Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = isPostgres ? "begin; " + postgresLock : "begin immediate";
        await command.ExecuteNonQueryAsync();
        return new Blocker(connection);
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
