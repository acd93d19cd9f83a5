using Behalf.Storage;

namespace Behalf.Tests.Chaos;

/// <summary>A refresh that a dead node left unresolved: when that was settled, and when it could be at the earliest. That is when
/// the dead one's lease has ended and, with strict rotation, the access token too. By the database's time.</summary>
internal sealed record Settled
{
    public required long ClaimedAt { get; init; }

    public required long SettleableAt { get; init; }

    public required long SettledAt { get; init; }
}

/// <summary>The promise of how soon a loss is told. What was not lost after all is renewed as soon.</summary>
internal static class Settling
{
    private const long LatestMs = 30_000;

    /// <summary>Moves the time on, as far as each of them needs.</summary>
    public static async Task<IReadOnlyList<Settled>> SettleAsync(this CrashWorld crash)
    {
        var left = await crash.World.Server.Database.QueryAsync<Left>(
            RowScope.System,
            """
            select account_id, intent_at, case when rot_policy = 3 and expires_at > due_at then expires_at else due_at end as settleable_at
            from account_refresh where status = 0 and intent_at is not null
            """,
            null,
            CancellationToken.None);
        var settled = new List<Settled>();
        foreach (var one in left.OrderBy(one => one.SettleableAt))
        {
            await AdvanceToAsync(crash, one.SettleableAt);
            settled.Add(await SettledAsync(crash, one));
        }

        return settled;
    }

    private static async Task AdvanceToAsync(CrashWorld crash, long time)
    {
        if (time - await NowAsync(crash) is > 0 and var missing)
        {
            await crash.World.Server.Clock.AdvanceAsync(TimeSpan.FromMilliseconds(missing));
        }
    }

    private static async Task<Settled> SettledAsync(CrashWorld crash, Left one)
    {
        long settledAt;
        while ((settledAt = await FirstEventAsync(crash, one)) == 0)
        {
            var late = await NowAsync(crash) - one.SettleableAt;
            Assert.True(late <= LatestMs, $"Neither renewed nor told to be lost, {late} ms after it could have been.");
            await Task.Delay(50);
        }

        Assert.InRange(settledAt - one.SettleableAt, long.MinValue, LatestMs);
        return new Settled { ClaimedAt = one.IntentAt, SettleableAt = one.SettleableAt, SettledAt = settledAt };
    }

    /// <summary>Each event is in the transaction that writes the state it tells of, and so is what the application is sent.</summary>
    private static Task<long> FirstEventAsync(CrashWorld crash, Left one) => crash.World.Server.Database.FindAsync<long>(
        RowScope.System,
        """
        select coalesce(min(at), 0) from audit_event
        where account_id = @AccountId and at > @IntentAt and action in ('account.expired', 'credential.refreshed')
        """,
        new { one.AccountId, one.IntentAt },
        CancellationToken.None);

    private static Task<long> NowAsync(CrashWorld crash) => crash.World.Server.Database.NowAsync(CancellationToken.None);

    private sealed record Left
    {
        public required Id<IdKinds.Account> AccountId { get; init; }

        public required long IntentAt { get; init; }

        public required long SettleableAt { get; init; }
    }
}
