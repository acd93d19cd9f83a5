using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.OAuth;
using Behalf.Audit;
using Behalf.Audit.Calls;
using Behalf.Catalog;
using Behalf.Storage;

namespace Behalf.Accounts.Refresh;

/// <summary>Finds out within a day that a user took an idle account back at the provider. Where a credential is renewed, its
/// renewal tells; where it never is, the toolkit's cheap call is made: at most once a day for an account, a few at a time, and
/// not at all for an app that the provider has asked to slow down.</summary>
internal sealed class ProbeIdle(
    IDatabase database, ToolCatalog catalog, CheckCredential check, CallRecorder recorder, AppPauses pauses, TimeProvider clock,
    ILogger<ProbeIdle> log)
    : Rounds("probes of idle accounts", TimeSpan.FromSeconds(1), clock, log)
{
    private const int AtOnce = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // A credential that was good an hour ago need not be asked about; the note of its last use is up to an hour old.
    private static readonly long UsedMs = (long)TimeSpan.FromHours(20).TotalMilliseconds;

    /// <summary>One round over what is due; how many accounts it took up.</summary>
    public async Task<int> RunOnceAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var due = await ClaimAsync();
        await Task.WhenAll(due.Select(ProbeAsync));
        return due.Count;
    }

    // Never at once again: a full round each second is the budget.
    protected override async Task<bool> RunRoundAsync(CancellationToken ct)
    {
        await RunOnceAsync(ct);
        return false;
    }

    /// <summary>The next day's turn is written before anything is sent: whatever happens then, there is no second probe today.</summary>
    private Task<IReadOnlyList<Due>> ClaimAsync() => database.WriteAsync<IReadOnlyList<Due>>(
        RowScope.System,
        async session =>
        {
            var due = await session.QueryAsync<Due>(
                $"""
                select project_id, account_id, last_used_at, behalf_now() as now from account_refresh
                where status = 0 and probe_at <= behalf_now() order by probe_at limit @AtOnce{session.ForUpdateSkipLocked}
                """,
                new { AtOnce });
            foreach (var row in due)
            {
                await session.PostponeAsync(row, row.NextAt);
            }

            return [.. due.Where(row => !row.IsInUse)];
        },
        CancellationToken.None);

    private async Task ProbeAsync(Due due)
    {
        if (await database.FindCallAccountAsync(due.ProjectId, due.AccountId, CancellationToken.None) is not { Status: AccountStatus.Active } account
            || await database.FindAuthConfigAsync(account.ProjectId, account.AuthConfigId, CancellationToken.None) is not { } row
            || catalog.Resolve(row) is not { } config)
        {
            return;
        }

        using var turn = await pauses.TakeTurnAsync(new AppDoor(account.AuthConfigId.ToString(), "probe"), due.Now, Patience);
        if (turn.WaitUntil is { } until)
        {
            await DelayAsync(due, RefreshPauses.After(until));
            return;
        }

        await ProbeAsync(due, account, config, turn);
    }

    private async Task ProbeAsync(Due due, CallAccount account, AuthConfig config, AppTurn turn)
    {
        var because = AuditEvent.BySystem(account.ProjectId, AuditActions.AccountTested) with
        {
            UserId = account.ExternalUser,
            AuthConfigId = account.AuthConfigId,
            AccountId = account.AccountId,
            Toolkit = account.Toolkit,
        };
        await using var record = recorder.Reserve(because);
        var result = await check.RunAsync(account, config, Use.Of(record), CancellationToken.None);
        await record.CompleteAsync(
            because with { Outcome = result.Verdict == ProbeVerdict.Good ? AuditOutcomes.Success : AuditOutcomes.Failed, Status = result.Status },
            CancellationToken.None);
        if (result.Status == 429)
        {
            turn.SlowDown(await database.NowAsync(CancellationToken.None), result.RetryAfterSeconds);
        }
        else
        {
            turn.Pass(due.Now);
        }

        if (result.Verdict == ProbeVerdict.Refused)
        {
            await check.ExpireAsync(account, because with { Action = AuditActions.AccountExpired });
        }
    }

    private Task DelayAsync(Due due, long at) => database.WriteAsync(
        RowScope.Of(due.ProjectId), session => session.PostponeAsync(due, at), CancellationToken.None);

    internal sealed record Due
    {
        public required Id<IdKinds.Project> ProjectId { get; init; }

        public required Id<IdKinds.Account> AccountId { get; init; }

        public required long? LastUsedAt { get; init; }

        public required long Now { get; init; }

        public bool IsInUse => LastUsedAt is { } used && Now - used < UsedMs;

        public long NextAt => IsInUse ? LastUsedAt!.Value + RefreshSchedule.ProbeEveryMs : Now + RefreshSchedule.ProbeEveryMs;
    }
}

internal static class Probes
{
    public static async ValueTask PostponeAsync(this WriteSession session, ProbeIdle.Due due, long at) => await session.ExecuteAsync(
        "update account_refresh set probe_at = @at where project_id = @ProjectId and account_id = @AccountId and probe_at is not null",
        new { due.ProjectId, due.AccountId, at });
}
