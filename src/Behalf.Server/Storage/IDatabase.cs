namespace Behalf.Storage;

internal enum Engine
{
    Sqlite,
    Postgres,
}

/// <summary>The database, as the rooms see it: one SQL text, two engines. Reads see committed rows only; writes go
/// through <see cref="WriteAsync{T}"/>, whose effect is durable when the task completes.</summary>
internal interface IDatabase : IAsyncDisposable
{
    Engine Engine { get; }

    /// <summary>How many operations wait for their turn: writes of the embedded database, look-ups of PostgreSQL.</summary>
    int Waiting { get; }

    Task<IReadOnlyList<T>> QueryAsync<T>(RowScope scope, string sql, object? args, CancellationToken ct);

    /// <summary>The first row or null: look-ups by key.</summary>
    Task<T?> FindAsync<T>(RowScope scope, string sql, object? args, CancellationToken ct);

    /// <summary>Runs the work in one transaction. The work awaits nothing but its session, changes nothing outside of
    /// it, and may be run again after a serialization failure.</summary>
    Task<T> WriteAsync<T>(RowScope scope, Func<WriteSession, ValueTask<T>> work, CancellationToken ct);

    /// <summary>Applies the migrations that are missing; one node does, the others wait.</summary>
    Task MigrateAsync(CancellationToken ct);

    /// <summary>One cheap round trip, for readiness.</summary>
    Task ProbeAsync(CancellationToken ct);
}

internal static class DatabaseExtensions
{
    public static Task WriteAsync(
        this IDatabase database, RowScope scope, Func<WriteSession, ValueTask> work, CancellationToken ct) =>
        database.WriteAsync(
            scope,
            async session =>
            {
                await work(session);
                return true;
            },
            ct);

    public static Task<long> NowAsync(this IDatabase database, CancellationToken ct) =>
        database.FindAsync<long>(RowScope.System, "select behalf_now()", null, ct);
}
