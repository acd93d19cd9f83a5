using System.Data;
using Dapper;
using Npgsql;

namespace Behalf.Storage.Postgres;

/// <summary>The engine for more than one node. The scope of a statement travels in the statement's own round trip.</summary>
internal sealed class PostgresDatabase : IDatabase
{
    private const int MostAttempts = 4;

    // Any number will do as long as every node takes the same: "BHF1".
    private const long MigrationLock = 0x42484631;

    private readonly NpgsqlDataSource _source;
    private readonly PostgresLookups _lookups;

    public PostgresDatabase(string url)
    {
        DapperTypes.Register();

        // The driver labels its numbers with the pool's name, which otherwise is the address with the user.
        _source = new NpgsqlDataSourceBuilder(PostgresUrl.Parse(url)) { Name = "behalf" }.Build();
        _lookups = new PostgresLookups(_source);
    }

    public Engine Engine => Engine.Postgres;

    public int Waiting => _lookups.Waiting;

    public async Task<IReadOnlyList<T>> QueryAsync<T>(RowScope scope, string sql, object? args, CancellationToken ct)
    {
        try
        {
            await using var connection = await _source.OpenConnectionAsync(ct);
            await using var grid = await connection.QueryMultipleAsync(PostgresScope.Command(scope, sql, args, null, ct));
            await grid.ReadAsync<string>();
            return (await grid.ReadAsync<T>()).AsList();
        }
        catch (Exception e) when (PostgresFailures.IsPassing(e))
        {
            throw PostgresFailures.ComeBackLater();
        }
    }

    public Task<T?> FindAsync<T>(RowScope scope, string sql, object? args, CancellationToken ct) =>
        _lookups.TryFindAsync<T>(scope, sql, args, ct) ?? FindAloneAsync<T>(scope, sql, args, ct);

    private async Task<T?> FindAloneAsync<T>(RowScope scope, string sql, object? args, CancellationToken ct)
    {
        try
        {
            await using var connection = await _source.OpenConnectionAsync(ct);
            await using var grid = await connection.QueryMultipleAsync(PostgresScope.Command(scope, sql, args, null, ct));
            await grid.ReadAsync<string>();
            return await grid.ReadFirstOrDefaultAsync<T>();
        }
        catch (Exception e) when (PostgresFailures.IsPassing(e))
        {
            throw PostgresFailures.ComeBackLater();
        }
    }

    public async Task<T> WriteAsync<T>(RowScope scope, Func<WriteSession, ValueTask<T>> work, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await _source.OpenConnectionAsync(ct);
                await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, ct);
                var result = await work(new PostgresSession(connection, transaction, scope));

                // From here the caller may hang up: a commit that was sent is not taken back.
                await transaction.CommitAsync(CancellationToken.None);
                return result;
            }
            catch (PostgresException e) when (PostgresFailures.IsWorthAnotherTry(e) && attempt < MostAttempts)
            {
                ct.ThrowIfCancellationRequested();
            }
            catch (Exception e) when (PostgresFailures.IsPassing(e))
            {
                throw PostgresFailures.ComeBackLater();
            }
        }
    }

    public Task ProbeAsync(CancellationToken ct) => FindAsync<long>(RowScope.System, "select behalf_now()", null, ct);

    public async Task MigrateAsync(CancellationToken ct)
    {
        await using var connection = await _source.OpenConnectionAsync(ct);
        await RefuseMightyRoleAsync(connection);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.ExecuteAsync("select pg_advisory_xact_lock(@MigrationLock)", new { MigrationLock }, transaction);
        await connection.ExecuteAsync(Migrations.CreateTable, transaction: transaction);
        var applied = (await connection.QueryAsync<AppliedMigration>(Migrations.SelectApplied, transaction: transaction)).AsList();
        foreach (var migration in Migrations.Missing(applied))
        {
            // Split here: function bodies hold semicolons that the driver would split at.
            await using var batch = new NpgsqlBatch(connection, transaction);
            foreach (var statement in SqlScript.Split(migration.TextFor(Engine)))
            {
                batch.BatchCommands.Add(new NpgsqlBatchCommand(statement));
            }

            await batch.ExecuteNonQueryAsync(ct);
            await connection.ExecuteAsync(Migrations.InsertApplied, migration.Applied, transaction);
        }

        await transaction.CommitAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        await _lookups.DisposeAsync();
        await _source.DisposeAsync();
    }

    /// <summary>Row-level security does not bind a superuser, nor a role that bypasses it: with one, the second wall is paint.</summary>
    private static async Task RefuseMightyRoleAsync(NpgsqlConnection connection)
    {
        var mighty = await connection.ExecuteScalarAsync<bool>(
            "select rolsuper or rolbypassrls from pg_roles where rolname = current_user");
        if (mighty)
        {
            throw new InvalidOperationException(
                "BEHALF_DATABASE connects as a superuser or a role with BYPASSRLS, which row-level security does not bind. Create a plain role that owns the database, and use that.");
        }
    }
}
