using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.OAuth;
using Behalf.Accounts.Revocation;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Storage;
using Behalf.Vault;

namespace Behalf.Accounts.Refresh;

/// <summary>Renews one account's token under a claim. The steps, between which a process may die:
/// claimed (intent is durable) → opened, deadline checked → sent → answered → sealed → kept in a file → stored with its event.
/// A claim is worked off whoever hangs up: once it is sent, the old token may be spent.</summary>
internal sealed class RefreshAccount(
    IDatabase database, ToolCatalog catalog, SecretVault vault, OAuthClients clients, TokenEndpoint tokens, StoreRenewal store,
    PatientWrites patient, RefreshPauses pauses, TimeProvider clock, ILogger<RefreshAccount> log)
{
    private const long SealedPauseMs = 10_000;

    /// <param name="claim">Under which.</param>
    /// <param name="claimedAt">A timestamp of the clock's from before the claim, so that no pause since then goes unseen.</param>
    public async Task<RefreshOutcome> RunAsync(RefreshClaim claim, long claimedAt)
    {
        Failpoint.Reach("refresh.claimed");
        using var span = Telemetry.Span("credential.refresh");
        var toolkit = Labels.None;
        RefreshOutcome? outcome = null;
        try
        {
            var loaded = await LoadAsync(claim);
            toolkit = loaded?.Account.Toolkit ?? Labels.None;
            outcome = await RunAsync(claim, loaded, claimedAt);
            return outcome.Value;
        }
        finally
        {
            Measures.Refreshed(span, toolkit, outcome, clock.GetElapsedTime(claimedAt));
        }
    }

    private async Task<RefreshOutcome> RunAsync(RefreshClaim claim, (CallAccount Account, AuthConfig Config)? found, long claimedAt)
    {
        if (found is not { } loaded)
        {
            await ReleaseAsync(claim, RefreshSchedule.Never, keepIntent: false, "account_gone");
            return RefreshOutcome.NotRefreshable;
        }

        using var turn = await pauses.TakeTurnAsync(claim, loaded.Account, loaded.Config);
        if (turn.WaitUntil is { } until)
        {
            await ReturnUnsentAsync(claim, RefreshPauses.After(until), "app_paused");
            return RefreshOutcome.Paused;
        }

        return await RunAsync(claim, loaded.Account, loaded.Config, turn, claimedAt);
    }

    private async Task<RefreshOutcome> RunAsync(RefreshClaim claim, CallAccount account, AuthConfig config, AppTurn turn, long claimedAt)
    {
        var because = AuditEvent.BySystem(claim.ProjectId, AuditActions.CredentialRefreshed) with
        {
            UserId = account.ExternalUser,
            AccountId = account.AccountId,
            Toolkit = account.Toolkit,
        };
        var credential = await OpenAsync(claim, account, because);
        if (!credential.CanRefresh(config.Scheme))
        {
            await ReleaseAsync(claim, RefreshSchedule.Never, keepIntent: false, null);
            return RefreshOutcome.NotRefreshable;
        }

        var lease = claim.Lease;
        if (clock.GetElapsedTime(claimedAt) > lease.LatestStart)
        {
            // Not sent: nothing is unknown but what was unknown before.
            await ReleaseAsync(claim, claim.Now, claim.HadIntent, "too_late_to_send");
            return RefreshOutcome.NotSent;
        }

        Failpoint.Reach("refresh.opened");
        var result = await TrySendAsync(account, config, credential, lease, because);
        Failpoint.Reach("refresh.answered");
        if (result.AsksForPause)
        {
            return await PauseAsync(claim, account, config, turn, result, because);
        }

        turn.Pass(claim.Now);
        return result.Tokens is { } answer
            ? await StoreAsync(claim, account, config, credential, answer, because)
            : await FailAsync(claim, account, result, because);
    }

    /// <summary>What the provider said to this account holds for all of the app.</summary>
    private async Task<RefreshOutcome> PauseAsync(
        RefreshClaim claim, CallAccount account, AuthConfig config, AppTurn turn, TokenResult result, AuditEvent because)
    {
        var seconds = turn.SlowDown(await NowAsync(), result.RetryAfterSeconds);
        await FailAsync(claim, account, result with { RetryAfterSeconds = seconds }, because);
        if (turn.BeganPauseUntil is { } until)
        {
            log.AppPaused(config.Id, account.Toolkit, seconds);
            await pauses.PutOffAsync(config, until);
        }

        return RefreshOutcome.Paused;
    }

    private async Task<(CallAccount Account, AuthConfig Config)?> LoadAsync(RefreshClaim claim)
    {
        var account = await database.FindCallAccountAsync(claim.ProjectId, claim.AccountId, CancellationToken.None);
        var row = account is null ? null : await database.FindAuthConfigAsync(claim.ProjectId, account.AuthConfigId, CancellationToken.None);
        return account?.Secret is not null && row is not null && catalog.Resolve(row) is { } config ? (account, config) : null;
    }

    private async Task<Credential> OpenAsync(RefreshClaim claim, CallAccount account, AuditEvent because)
    {
        try
        {
            using var opened = await vault.OpenAsync(
                account.SecretPlace(account.CredVersion), account.Secret!, Use.ToldWithItsEffect(because), CancellationToken.None);
            return Credential.Parse(opened.Span);
        }
        catch (Problem e) when (e.Refusal == Refusal.Sealed)
        {
            // Without this the account would wait out the lease when its key is back.
            await ReturnUnsentAsync(claim, claim.Now + SealedPauseMs, "sealed");
            throw;
        }
    }

    private async Task<TokenResult> TrySendAsync(
        CallAccount account, AuthConfig config, Credential credential, RefreshLease lease, AuditEvent because)
    {
        try
        {
            return await SendAsync(account, config, credential, lease, because);
        }
        catch (CatalogException)
        {
            // The connection's variables do not fit the toolkit's URLs (any more): nothing was sent, and a corrected
            // definition mends it.
            return new TokenResult { Refusal = TokenRefusal.Other, Code = "variables_do_not_fit", ProvablyUnprocessed = true };
        }
    }

    private async Task<TokenResult> SendAsync(
        CallAccount account, AuthConfig config, Credential credential, RefreshLease lease, AuditEvent because)
    {
        var variables = account.Variables;
        if (config.Scheme is ClientCredentialsScheme scheme)
        {
            var own = OAuthClients.ForClientCredentials(config, scheme, credential.Fields, variables.Concat(config.Settings.Fields)
                .GroupBy(v => v.Key).ToDictionary(g => g.Key, g => g.Last().Value));
            return await tokens.ClientCredentialsAsync(own, account.GrantedScopes, lease.CallDeadline, CancellationToken.None);
        }

        return await clients.FindAsync(config, variables, because, CancellationToken.None) is { } client
            ? await tokens.RefreshAsync(
                client with
                {
                    FreshConnection = lease.Policy == RotationPolicy.Strict,
                    Capture = (config.Scheme as OAuth2Scheme)?.Refresh.Token ?? client.Capture,
                },
                credential.RefreshToken!,
                account.GrantedScopes,
                lease.CallDeadline,
                CancellationToken.None)
            : new TokenResult { Refusal = TokenRefusal.InvalidClient, ProvablyUnprocessed = true };
    }

    private async Task<RefreshOutcome> StoreAsync(
        RefreshClaim claim, CallAccount account, AuthConfig config, Credential old, TokenAnswer answer, AuditEvent because)
    {
        var now = await NowAsync();
        var fresh = old with
        {
            AccessToken = answer.AccessToken,

            // RFC 6749 §6: without a new refresh token the old one lives on.
            RefreshToken = answer.RefreshToken ?? old.RefreshToken,
            ExpiresAt = now + answer.LifetimeMs,
        };
        if (answer.Subject is not null && account.Subject is not null && answer.Subject != account.Subject)
        {
            return await RefuseOtherSubjectAsync(claim, account, config, fresh, answer.Subject, because);
        }

        return await store.RunAsync(claim, account, config, fresh, because) ? RefreshOutcome.Renewed : RefreshOutcome.Busy;
    }

    private async Task<RefreshOutcome> RefuseOtherSubjectAsync(
        RefreshClaim claim, CallAccount account, AuthConfig config, Credential fresh, string subject, AuditEvent because)
    {
        await store.GiveBackAsync(account, config, fresh, subject, because);
        await ExpireAsync(claim, account, StatusReasons.SubjectChanged, because);
        return RefreshOutcome.Expired;
    }

    private async Task<RefreshOutcome> FailAsync(
        RefreshClaim claim, CallAccount account, TokenResult result, AuditEvent because)
    {
        log.RefreshRefused(account.AccountId, account.Toolkit, result.Refusal!.Value, result.Code);
        if (result.Refusal == TokenRefusal.InvalidGrant)
        {
            // Under the fence: had somebody renewed it meanwhile, the epoch would be another and nothing would be written.
            await ExpireAsync(claim, account, claim.HadIntent ? StatusReasons.RotationUnresolved : StatusReasons.RefreshTokenRefused, because);
            return RefreshOutcome.Expired;
        }

        // Other refusals are answers: the provider has decided not to. Unavailable may have rotated and not told.
        var unknown = result.Refusal == TokenRefusal.Unavailable && !result.ProvablyUnprocessed;
        var keep = unknown || claim.HadIntent;
        var now = await NowAsync();
        var retry = RefreshSchedule.RetryAt(claim, result, unknown, now);
        await patient.RunAsync(() => ReleaseAsync(claim, retry, keep, result.Code ?? result.Refusal.ToString()));
        return RefreshOutcome.Unavailable;
    }

    private Task<bool> ExpireAsync(RefreshClaim claim, CallAccount account, string reason, AuditEvent because) =>
        patient.RunAsync(() => database.WriteAsync(
            RowScope.Of(claim.ProjectId),
            async session =>
            {
                if (!await session.GiveUpAsync(claim, reason))
                {
                    return false;
                }

                await session.ExpireAccountAsync(account, reason, because);
                return true;
            },
            CancellationToken.None));

    private Task<bool> ReturnUnsentAsync(RefreshClaim claim, long dueAt, string why) => database.WriteAsync(
        RowScope.Of(claim.ProjectId), session => session.ReturnUnsentAsync(claim, dueAt, why), CancellationToken.None);

    private Task<bool> ReleaseAsync(RefreshClaim claim, long dueAt, bool keepIntent, string? error) => database.WriteAsync(
        RowScope.Of(claim.ProjectId), session => session.ReleaseAsync(claim, dueAt, keepIntent, error), CancellationToken.None);

    private Task<long> NowAsync() => patient.RunAsync(() => database.NowAsync(CancellationToken.None));
}
