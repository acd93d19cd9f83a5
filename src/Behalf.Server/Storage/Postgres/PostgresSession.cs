using Dapper;
using Npgsql;

namespace Behalf.Storage.Postgres;

/// <summary>Statements of one transaction; the first carries the scope along.</summary>
internal sealed class PostgresSession(NpgsqlConnection connection, NpgsqlTransaction transaction, RowScope scope) : WriteSession
{
    private bool _scoped;

    public override Engine Engine => Engine.Postgres;

    public override async ValueTask<int> ExecuteAsync(string sql, object? args)
    {
        if (_scoped)
        {
            return await connection.ExecuteAsync(ListParameters.AsArrays(sql), args, transaction);
        }

        // Rows affected by the scope's own select would be counted in, so it goes first by itself.
        await FindAsync<int>("select 1", null);
        return await connection.ExecuteAsync(ListParameters.AsArrays(sql), args, transaction);
    }

    public override async ValueTask<T?> FindAsync<T>(string sql, object? args)
        where T : default
    {
        if (_scoped)
        {
            return await connection.QueryFirstOrDefaultAsync<T>(ListParameters.AsArrays(sql), args, transaction);
        }

        _scoped = true;
        await using var grid = await connection.QueryMultipleAsync(
            PostgresScope.Command(scope, sql, args, transaction, CancellationToken.None));
        await grid.ReadAsync<string>();
        return await grid.ReadFirstOrDefaultAsync<T>();
    }

    public override async ValueTask<IReadOnlyList<T>> QueryAsync<T>(string sql, object? args)
    {
        if (_scoped)
        {
            return (await connection.QueryAsync<T>(ListParameters.AsArrays(sql), args, transaction)).AsList();
        }

        _scoped = true;
        await using var grid = await connection.QueryMultipleAsync(
            PostgresScope.Command(scope, sql, args, transaction, CancellationToken.None));
        await grid.ReadAsync<string>();
        return (await grid.ReadAsync<T>()).AsList();
    }
}
