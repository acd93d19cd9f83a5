using Behalf.Catalog;
using Behalf.Storage;

namespace Behalf.Accounts.Refresh;

/// <summary>The right to refresh one account until the lease ends, and what was known when it was given.</summary>
internal sealed record RefreshClaim
{
    public required Id<IdKinds.Project> ProjectId { get; init; }

    public required Id<IdKinds.Account> AccountId { get; init; }

    /// <summary>The fence: what is written under an older one is not written.</summary>
    public required long Epoch { get; init; }

    public required short Attempt { get; init; }

    /// <summary>An earlier call may have reached the provider and nobody knows how it ended.</summary>
    public required bool HadIntent { get; init; }

    public required RotationPolicy RotPolicy { get; init; }

    public required long? GraceMs { get; init; }

    public required long? ExpiresAt { get; init; }

    public RefreshLease Lease => RefreshLease.Of(RotPolicy, GraceMs);

    public required long? LastUsedAt { get; init; }

    public required long Now { get; init; }
}

/// <summary>The statements that a refresh's correctness rests on. Times are the database's, so that a node whose clock is
/// wrong cannot shorten a lease; every write names the epoch it was claimed under.</summary>
internal static class RefreshClaims
{
    /// <summary>Switched on, or off: what ends under way when an account is switched off ends well.</summary>
    private const string Living = "status in (0, 3)";

    private const string Returned =
        """
        returning project_id, account_id, epoch, attempt, rot_policy, grace_ms, expires_at, last_used_at, @had as had_intent, behalf_now() as now
        """;

    /// <summary>On demand. Busy while somebody else holds the lease, or was at it since the epoch that the caller has seen, or
    /// where the account is not to be refreshed; unavailable where it must wait for its access token to be used up.</summary>
    public static Task<(RefreshClaim? Claim, RefreshOutcome Otherwise)> ClaimAsync(
        this IDatabase database, Id<IdKinds.Project> project, Id<IdKinds.Account> account, long seenEpoch, CancellationToken ct) =>
        database.WriteAsync<(RefreshClaim?, RefreshOutcome)>(
            RowScope.Of(project),
            async session =>
            {
                var intent = await session.FindAsync<Intent>(
                    $"""
                    select intent_at, case when {RefreshLease.SqlMustWait} then 1 else 0 end as must_wait from account_refresh
                    where project_id = @project and account_id = @account and epoch = @seenEpoch and status = 0
                      and (intent_at is null or due_at <= behalf_now())
                    {session.ForUpdate}
                    """,
                    new { project, account, seenEpoch });
                return intent switch
                {
                    null => (null, RefreshOutcome.Busy),
                    { MustWait: 1 } => (null, RefreshOutcome.NotSent),
                    _ => (await TakeAsync(session, project, account, intent.IntentAt is not null), RefreshOutcome.Busy),
                };
            },
            ct);

    /// <summary>Those that are due and not in work here, up to a number; unresolved ones in a round of their own, since their grace
    /// runs out.</summary>
    public static Task<IReadOnlyList<RefreshClaim>> ClaimDueAsync(
        this IDatabase database, bool unresolved, IReadOnlyCollection<Id<IdKinds.Account>> atWork, int most, CancellationToken ct) =>
        database.WriteAsync<IReadOnlyList<RefreshClaim>>(
            RowScope.System,
            async session =>
            {
                var due = await session.QueryAsync<Due>(
                    $"""
                    select project_id, account_id from account_refresh
                    where status = 0 and due_at <= behalf_now() and intent_at is {(unresolved ? "not null" : "null")}
                      and not ({RefreshLease.SqlMustWait}) and not (account_id in @atWork)
                    order by due_at limit @most{session.ForUpdateSkipLocked}
                    """,
                    new { most, atWork = atWork.Select(one => one.ToBytes()).ToArray() });
                var claims = new List<RefreshClaim>();
                foreach (var row in due)
                {
                    if (await TakeAsync(session, row.ProjectId, row.AccountId, unresolved) is { } claim)
                    {
                        claims.Add(claim);
                    }
                }

                return claims;
            },
            ct);

    /// <summary>Gives the lease back with the next due time. False if the fence was lost meanwhile.</summary>
    public static async ValueTask<bool> ReleaseAsync(this WriteSession session, RefreshClaim claim, long dueAt, bool keepIntent, string? error) =>
        await session.ExecuteAsync(
            $"""
            update account_refresh set due_at = @dueAt, last_error = @error{(keepIntent ? "" : ", intent_at = null")}
            where project_id = @ProjectId and account_id = @AccountId and epoch = @Epoch and {Living}
            """,
            new { claim.ProjectId, claim.AccountId, claim.Epoch, dueAt, error }) == 1;

    /// <summary>Gives the lease back when nothing was sent for want of a key, or of the provider's leave: what is known of earlier
    /// tries is as it was, and so is their number, however long it takes.</summary>
    public static async ValueTask<bool> ReturnUnsentAsync(this WriteSession session, RefreshClaim claim, long dueAt, string why) =>
        await session.ExecuteAsync(
            $"""
            update account_refresh set due_at = @dueAt, last_error = @why, attempt = attempt - 1{(claim.HadIntent ? "" : ", intent_at = null")}
            where project_id = @ProjectId and account_id = @AccountId and epoch = @Epoch and {Living}
            """,
            new { claim.ProjectId, claim.AccountId, claim.Epoch, dueAt, why }) == 1;

    /// <summary>Marks the work done. False if the fence was lost: then nothing of it may be stored. The fence moves on as well,
    /// so that whoever read the account during the lease does not take it for one that nobody has renewed.</summary>
    public static async ValueTask<bool> CompleteAsync(this WriteSession session, RefreshClaim claim, long dueAt, long? expiresAt) =>
        await session.ExecuteAsync(
            $"""
            update account_refresh set due_at = @dueAt, intent_at = null, attempt = 0, epoch = epoch + 1, expires_at = @expiresAt, last_error = null
            where project_id = @ProjectId and account_id = @AccountId and epoch = @Epoch and {Living}
            """,
            new { claim.ProjectId, claim.AccountId, claim.Epoch, dueAt, expiresAt }) == 1;

    /// <summary>For a credential that an earlier refresh left behind. Whoever holds a claim loses it: the account's version
    /// says that nothing was stored under it. False if the account is not to be refreshed any more.</summary>
    public static async ValueTask<bool> CompleteAnyAsync(
        this WriteSession session, Id<IdKinds.Project> project, Id<IdKinds.Account> account, long version, long dueAt, long? expiresAt) =>
        await session.ExecuteAsync(
            $"""
            update account_refresh set due_at = @dueAt, intent_at = null, attempt = 0, epoch = epoch + 1, expires_at = @expiresAt, last_error = null
            where project_id = @project and account_id = @account and {Living}
              and exists (select 1 from account a where a.project_id = @project and a.account_id = @account and a.cred_version = @version)
            """,
            new { project, account, version, dueAt, expiresAt }) == 1;

    /// <summary>Ends refreshing: the account must be connected again. False if the fence was lost.</summary>
    public static async ValueTask<bool> GiveUpAsync(this WriteSession session, RefreshClaim claim, string error) =>
        await session.ExecuteAsync(
            $"""
            update account_refresh set status = 1, due_at = @Never, intent_at = null, last_error = @error
            where project_id = @ProjectId and account_id = @AccountId and epoch = @Epoch and {Living}
            """,
            new { claim.ProjectId, claim.AccountId, claim.Epoch, RefreshSchedule.Never, error }) == 1;

    private static ValueTask<RefreshClaim?> TakeAsync(
        WriteSession session, Id<IdKinds.Project> project, Id<IdKinds.Account> account, bool had) =>
        session.FindAsync<RefreshClaim>(
            $"""
            update account_refresh set due_at = behalf_now() + {RefreshLease.Sql}, epoch = epoch + 1, intent_at = behalf_now(), attempt = attempt + 1
            where project_id = @project and account_id = @account {Returned}
            """,
            new { project, account, had });

    private sealed record Intent
    {
        public long? IntentAt { get; init; }

        public required long MustWait { get; init; }
    }

    private sealed record Due
    {
        public required Id<IdKinds.Project> ProjectId { get; init; }

        public required Id<IdKinds.Account> AccountId { get; init; }
    }
}
