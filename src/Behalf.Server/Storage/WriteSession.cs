namespace Behalf.Storage;

/// <summary>The statements of one transaction.</summary>
internal abstract class WriteSession
{
    public abstract Engine Engine { get; }

    public abstract ValueTask<int> ExecuteAsync(string sql, object? args);

    public abstract ValueTask<T?> FindAsync<T>(string sql, object? args);

    public abstract ValueTask<IReadOnlyList<T>> QueryAsync<T>(string sql, object? args);

    /// <summary>What keeps two nodes from taking the same rows: <c>for update skip locked</c> where there is more than one
    /// writer, nothing where there is one.</summary>
    public string ForUpdateSkipLocked => Engine == Engine.Postgres ? " for update skip locked" : "";

    /// <summary>Keeps rows from being deleted until the transaction ends.</summary>
    public string ForKeyShare => Engine == Engine.Postgres ? " for key share" : "";

    public string ForUpdate => Engine == Engine.Postgres ? " for update" : "";

    /// <summary>A whole number from 0 up to a limit, another for each row.</summary>
    public string RandomBelow(int limit) => Engine == Engine.Postgres
        ? $"floor(random() * {limit})::bigint"
        : $"(random() & {long.MaxValue}) % {limit}";

    public async ValueTask<long> NowAsync() => await FindAsync<long>("select behalf_now()", null);
}
