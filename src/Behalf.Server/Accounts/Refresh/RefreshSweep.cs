using Behalf.Catalog;
using Behalf.Storage;
using Behalf.Vault;

namespace Behalf.Accounts.Refresh;

/// <summary>Renews what is due before anybody waits for it, for accounts in use; keeps idle ones alive where a provider lets
/// unused grants die. Unresolved refreshes go first and have workers of their own: their grace is running.</summary>
internal sealed class RefreshSweep(IDatabase database, ToolCatalog catalog, Refresher refresher, ProjectKeys keys, TimeProvider clock, ILogger<RefreshSweep> log)
    : Rounds("refreshes", TimeSpan.FromSeconds(1), clock, log)
{
    private static readonly long InUseMs = (long)TimeSpan.FromHours(24).TotalMilliseconds;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly SweepPlaces _forDue = new(16);

    // Many, since what hangs becomes unresolved itself, and is asked for again and again.
    private readonly SweepPlaces _forUnresolved = new(32);

    /// <summary>One round to its end: what was due when it began.</summary>
    public async Task<int> RunOnceAsync(CancellationToken ct)
    {
        var begun = await BeginAsync(ct);
        await Task.WhenAll(begun);
        return begun.Count;
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Task.WhenAll(_forDue.EndAsync(), _forUnresolved.EndAsync())
            .WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Who answers is waited for before the next round; who hangs is not, for it would hold up what another provider's
    /// grace is running for.</summary>
    protected override async Task<bool> RunRoundAsync(CancellationToken ct)
    {
        var begun = await BeginAsync(ct);
        await Task.WhenAny(Task.WhenAll(begun), Task.Delay(Patience, Clock, ct));
        return begun.Count > 0;
    }

    private async Task<IReadOnlyList<Task>> BeginAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (keys.Sealed)
        {
            // What is claimed now could not be opened, and its intent would stand for something that never was sent.
            return [];
        }

        // Not cancelled from here on: what is claimed is worked off, or its intent would stand for something that never was sent.
        var claimedAt = Clock.GetTimestamp();
        var unresolved = await database.ClaimDueAsync(unresolved: true, _forUnresolved.Free, CancellationToken.None);
        var due = await database.ClaimDueAsync(unresolved: false, _forDue.Free, CancellationToken.None);
        using var span = unresolved.Count + due.Count > 0 ? Telemetry.RootSpan("refresh.sweep") : null;
        return
        [
            .. unresolved.Select(claim => _forUnresolved.Take(TellAsync(claim, refresher.RunClaimedAsync(claim, claimedAt)))),
            .. due.Select(claim => _forDue.Take(TellAsync(claim, WorkAsync(claim, claimedAt)))),
        ];
    }

    /// <summary>Its round may be over by then, and nobody else hears of it.</summary>
    private async Task TellAsync(RefreshClaim claim, Task work)
    {
        try
        {
            await work;
        }
        catch (Exception e)
        {
            log.ClaimLeft(e, claim.AccountId);
        }
    }

    private async Task WorkAsync(RefreshClaim claim, long claimedAt)
    {
        if (claim.LastUsedAt is { } used && claim.Now - used < InUseMs)
        {
            await refresher.RunClaimedAsync(claim, claimedAt);
            return;
        }

        var keepAliveAt = await KeepAliveAtAsync(claim);
        if (keepAliveAt <= claim.Now)
        {
            await refresher.RunClaimedAsync(claim, claimedAt);
            return;
        }

        await database.WriteAsync(
            RowScope.Of(claim.ProjectId), session => session.ReleaseAsync(claim, keepAliveAt, keepIntent: false, null), CancellationToken.None);
    }

    /// <summary>Half way to the death of an unused grant, counted from the last time it was renewed; never where none dies.</summary>
    private async Task<long> KeepAliveAtAsync(RefreshClaim claim)
    {
        var idle = await database.FindAsync<Idle>(
            RowScope.Of(claim.ProjectId),
            """
            select a.toolkit, s.created_at as renewed_at from account a
            join secret s on s.project_id = a.project_id and s.owner_id = a.account_id and s.kind = 1
            where a.project_id = @ProjectId and a.account_id = @AccountId
            """,
            new { claim.ProjectId, claim.AccountId },
            CancellationToken.None);
        return idle is not null && catalog.TryGetToolkit(idle.Toolkit, out var toolkit)
            && toolkit.Scheme(AuthMode.OAuth2) is OAuth2Scheme { Refresh.IdleLimitDays: { } days }
                ? idle.RenewedAt + (long)TimeSpan.FromDays(days).TotalMilliseconds / 2
                : RefreshSchedule.Never;
    }

    private sealed record Idle
    {
        public required string Toolkit { get; init; }

        public required long RenewedAt { get; init; }
    }
}
