using Dapper;
using Microsoft.Data.Sqlite;

namespace Behalf.Storage.Sqlite;

/// <summary>The embedded engine: readers beside one writer, in WAL mode.</summary>
internal sealed class SqliteDatabase : IDatabase
{
    private readonly SqliteConnections _connections;
    private readonly SqliteWriter _writer;

    public SqliteDatabase(string file, TimeProvider clock)
    {
        NativeSqlite.Load();
        DapperTypes.Register();
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        _connections = new SqliteConnections(file, clock);
        _writer = new SqliteWriter(_connections);
    }

    public Engine Engine => Engine.Sqlite;

    public int Waiting => _writer.Waiting;

    public Task<IReadOnlyList<T>> QueryAsync<T>(RowScope scope, string sql, object? args, CancellationToken ct) =>
        Read(statements => statements.All<T>(sql, args), ct);

    public Task<T?> FindAsync<T>(RowScope scope, string sql, object? args, CancellationToken ct) =>
        Read(statements => statements.First<T>(sql, args), ct);

    public Task<T> WriteAsync<T>(RowScope scope, Func<WriteSession, ValueTask<T>> work, CancellationToken ct) =>
        _writer.EnqueueAsync(work, ct);

    public Task ProbeAsync(CancellationToken ct) => FindAsync<long>(RowScope.System, "select behalf_now()", null, ct);

    public Task MigrateAsync(CancellationToken ct)
    {
        using var connection = _connections.Open();

        // The file holds every tenant's sealed credentials: nobody but the server's own user reads it.
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_connections.File, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        using var transaction = connection.BeginTransaction(deferred: false);
        connection.Execute(Migrations.CreateTable, transaction: transaction);
        var applied = connection.Query<AppliedMigration>(Migrations.SelectApplied, transaction: transaction).AsList();
        foreach (var migration in Migrations.Missing(applied))
        {
            ct.ThrowIfCancellationRequested();
            connection.Execute(migration.TextFor(Engine), transaction: transaction);
            connection.Execute(Migrations.InsertApplied, migration.Applied, transaction);
        }

        transaction.Commit();
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        _connections.Dispose();
    }

    // Reads are calls into a library on pages that are nearly always cached: handing them to another thread costs more.
    private Task<T> Read<T>(Func<SqliteStatements, T> read, CancellationToken ct)
    {
        if (ct.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(ct);
        }

        SqliteStatements? statements = null;
        try
        {
            statements = _connections.Rent();
            var result = read(statements);
            _connections.Return(statements);
            return Task.FromResult(result);
        }
        catch (SqliteException e)
        {
            statements?.Dispose();
            return Task.FromException<T>(SqliteFailures.Translate(e));
        }
        catch (Exception e)
        {
            statements?.Dispose();
            return Task.FromException<T>(e);
        }
    }
}
