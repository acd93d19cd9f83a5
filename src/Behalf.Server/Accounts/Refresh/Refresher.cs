using System.Collections.Concurrent;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Storage;
using Behalf.Vault;

namespace Behalf.Accounts.Refresh;

/// <summary>Hands out credentials that will still be good when they arrive. Of any number of callers, on any number of nodes,
/// one refreshes and the others take what it got.</summary>
internal sealed class Refresher(
    IDatabase database, SecretVault vault, RefreshAccount refresh, RefreshPauses pauses, TimeProvider clock, ILogger<Refresher> log) : IHostedService
{
    // Nobody waits for notes of use, so nothing else would bound them.
    private const int MostNotes = 64;

    private static readonly long UsedEveryMs = (long)TimeSpan.FromHours(1).TotalMilliseconds;

    private readonly ConcurrentDictionary<Id<IdKinds.Account>, Lazy<Task<RefreshOutcome>>> _running = new();

    private volatile bool _draining;
    private int _notes;

    /// <summary>How long a caller waits for a refresh, whoever is at it: longer than a token endpoint has to answer. The refresh itself
    /// goes on.</summary>
    internal TimeSpan LongestWait { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How many accounts this node is refreshing now.</summary>
    public int Running => _running.Count;

    /// <summary>Which ones. Whoever claims one of them takes it from this node: what it wins could not be stored any more.</summary>
    public IReadOnlyCollection<Id<IdKinds.Account>> AtWork => [.. _running.Keys];

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Claims nothing more and sees what was claimed to its end, as far as the host's patience goes: a refresh that
    /// was sent may have spent the old token, and its caller may have hung up long ago.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _draining = true;
        await Task.WhenAll(_running.Values.Select(Task (running) => running.Value))
            .WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>The credential of an ACTIVE account, renewed first where it is about to expire.</summary>
    /// <exception cref="RefreshRefusedException">There is no usable one.</exception>
    public async Task<(CallAccount Account, Credential Credential)> GetAsync(CallAccount account, AuthScheme scheme, Use use, CancellationToken ct)
    {
        ThrowIfSealed(account);
        Touch(account);
        if (account.ExpiresAt is not { } expiry || expiry - account.Now > NeededMs(scheme))
        {
            return (account, await OpenAsync(account, use, ct));
        }

        var (renewed, outcome) = await RenewAsync(account, ct);
        return outcome == RefreshOutcome.Renewed || renewed.ExpiresAt > renewed.Now
            ? (renewed, await OpenAsync(renewed, use, ct))
            : throw await RefusalAsync(outcome, renewed, ct);
    }

    /// <summary>After the provider refused the credential of <paramref name="refused"/>: a newer one, if there can be one.</summary>
    public async Task<(CallAccount Account, Credential Credential)?> RenewAfterRefusalAsync(CallAccount refused, Use use, CancellationToken ct)
    {
        var now = await ReadAsync(refused, ct);
        if (now.CredVersion > refused.CredVersion)
        {
            return (now, await OpenAsync(now, use, ct));
        }

        var (renewed, outcome) = await RenewAsync(now, ct);
        return outcome switch
        {
            RefreshOutcome.Renewed => (renewed, await OpenAsync(renewed, use, ct)),
            RefreshOutcome.NotRefreshable or RefreshOutcome.Expired => null,
            _ => throw await RefusalAsync(outcome, renewed, ct),
        };
    }

    /// <summary>Refreshes now, as somebody asked for; waits for whoever is at it already, but not for ever: a provider, or the database
    /// that is to keep the answer, may take minutes.</summary>
    public async Task<(CallAccount Account, RefreshOutcome Outcome)> RenewAsync(CallAccount account, CancellationToken ct)
    {
        using var span = Telemetry.Span("credential.renew");
        using var wait = new LeaseWait(clock);
        var before = account.CredVersion;
        var began = clock.GetTimestamp();
        var now = account;
        for (var pause = 25; ; pause = Math.Min(pause * 2, 200))
        {
            if (now.RefreshEpoch is not { } epoch)
            {
                return (now, RefreshOutcome.NotRefreshable);
            }

            // The refresh goes on when this caller hangs up: its token may already be spent upstream.
            var outcome = await InTimeAsync(RunOnceAsync(account, epoch), LongestWait - clock.GetElapsedTime(began), ct);
            now = await ReadAsync(account, ct);
            if (now.CredVersion > before)
            {
                return (now, RefreshOutcome.Renewed);
            }

            if (now.Status != AccountStatus.Active)
            {
                return (now, RefreshOutcome.Expired);
            }

            if (outcome != RefreshOutcome.Busy || clock.GetElapsedTime(began) > LongestWait)
            {
                return (now, outcome);
            }

            wait.Begin();
            await Task.Delay(TimeSpan.FromMilliseconds(pause), clock, ct);
        }
    }

    private async Task<RefreshOutcome> InTimeAsync(Task<RefreshOutcome> running, TimeSpan left, CancellationToken ct)
    {
        try
        {
            return await running.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock, ct);
        }
        catch (TimeoutException)
        {
            return RefreshOutcome.Busy;
        }
    }

    /// <summary>What to say of a credential that was not renewed.</summary>
    public async Task<RefreshRefusedException> RefusalAsync(RefreshOutcome outcome, CallAccount account, CancellationToken ct) =>
        new(outcome, account) { RetryAfterSeconds = outcome == RefreshOutcome.Paused ? await pauses.RetryAfterSecondsAsync(account, ct) : null };

    /// <summary>Works off a claim that the sweep made, unless this node is at that account already.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="claimedAt">A timestamp from before it was made.</param>
    public async Task<RefreshOutcome> RunClaimedAsync(RefreshClaim claim, long claimedAt)
    {
        var mine = new Lazy<Task<RefreshOutcome>>(() => Task.Run(() => refresh.RunAsync(claim, claimedAt)));
        while (true)
        {
            var running = _running.GetOrAdd(claim.AccountId, mine);
            var outcome = await AwaitAsync(claim.AccountId, running);
            if (running == mine)
            {
                return outcome;
            }
        }
    }

    private Task<RefreshOutcome> RunOnceAsync(CallAccount account, long epoch) => OnceAsync(account.AccountId, async () =>
    {
        if (_draining)
        {
            return RefreshOutcome.NotSent;
        }

        if (await pauses.SecondsLeftAsync(account, CancellationToken.None) is not null)
        {
            return RefreshOutcome.Paused;
        }

        Failpoint.Reach("refresh.picked");
        var claimedAt = clock.GetTimestamp();
        var (claim, otherwise) = await database.ClaimAsync(account.ProjectId, account.AccountId, epoch, CancellationToken.None);
        return claim is null
            ? otherwise
            : await refresh.RunAsync(claim, claimedAt);
    });

    private Task<RefreshOutcome> OnceAsync(Id<IdKinds.Account> account, Func<Task<RefreshOutcome>> work)
    {
        var mine = new Lazy<Task<RefreshOutcome>>(() => Task.Run(work));
        return AwaitAsync(account, _running.GetOrAdd(account, mine));
    }

    private async Task<RefreshOutcome> AwaitAsync(Id<IdKinds.Account> account, Lazy<Task<RefreshOutcome>> running)
    {
        try
        {
            return await running.Value;
        }
        catch (Exception e) when (e is not Problem)
        {
            log.RefreshBroke(e, account);
            throw;
        }
        finally
        {
            _running.TryRemove(new KeyValuePair<Id<IdKinds.Account>, Lazy<Task<RefreshOutcome>>>(account, running));
        }
    }

    private async Task<CallAccount> ReadAsync(CallAccount account, CancellationToken ct)
    {
        var now = await database.FindCallAccountAsync(account.ProjectId, account.AccountId, ct) ?? throw new Problem(Refusal.NotFound);
        ThrowIfSealed(now);
        return now;
    }

    private static void ThrowIfSealed(CallAccount account)
    {
        if (account.SealedAt is not null)
        {
            throw ProjectKeys.SealedByOperator();
        }
    }

    private async Task<Credential> OpenAsync(CallAccount account, Use use, CancellationToken ct)
    {
        if (account.Secret is not { } secret)
        {
            throw new Problem(Refusal.CredentialIntegrity);
        }

        using var opened = await vault.OpenAsync(account.SecretPlace(account.CredVersion), secret, use, ct);
        return Credential.Parse(opened.Span);
    }

    /// <summary>Notes about once an hour that the account is in use, which is what keeps it in the sweep's care; the call
    /// does not wait for it.</summary>
    private void Touch(CallAccount account)
    {
        if (account.Now - (account.LastUsedAt ?? 0) < UsedEveryMs)
        {
            return;
        }

        if (Interlocked.Increment(ref _notes) > MostNotes)
        {
            // The account's next call notes it.
            Interlocked.Decrement(ref _notes);
            return;
        }

        _ = NoteUseAsync(account);
    }

    private async Task NoteUseAsync(CallAccount account)
    {
        try
        {
            await database.WriteAsync(
                RowScope.Of(account.ProjectId),
                session => session.ExecuteAsync(
                    """
                    update account_refresh set last_used_at = behalf_now()
                    where project_id = @ProjectId and account_id = @AccountId and status = 0
                    """,
                    new { account.ProjectId, account.AccountId }),
                CancellationToken.None);
        }
        catch (Exception e)
        {
            log.UseNotNoted(e, account.AccountId);
        }
        finally
        {
            Interlocked.Decrement(ref _notes);
        }
    }

    /// <summary>How much life a token must have left to be sent; short-lived ones less, or they would never be used.</summary>
    private static long NeededMs(AuthScheme scheme) => Math.Min(RefreshSchedule.MarginMs(scheme), 30_000);
}
