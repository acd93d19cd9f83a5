namespace Behalf.Tests.Support;

/// <summary>A clock that tests move: the process's own, and the database's behalf_now with it.</summary>
internal sealed class TestClock(string database) : TimeProvider
{
    private long _shiftMs;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddMilliseconds(Interlocked.Read(ref _shiftMs));

    public async Task AdvanceAsync(TimeSpan by)
    {
        var shift = Interlocked.Add(ref _shiftMs, (long)by.TotalMilliseconds);
        if (database.StartsWith("postgres", StringComparison.Ordinal))
        {
            await PostgresCluster.ExecuteAsSuperuserAsync(
                database,
                $"create or replace function behalf_now() returns bigint language sql stable as $$ select (extract(epoch from clock_timestamp()) * 1000)::bigint + {shift} $$");
        }
    }
}
