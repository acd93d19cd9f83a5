using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.Refresh;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Projects.Webhooks;
using Behalf.Storage;
using Behalf.Vault;

namespace Behalf.Accounts;

/// <summary>A sealed credential to put in place of the one an account has, and what the row says of it.</summary>
internal sealed record NewCredential
{
    public required SealedSecret Sealed { get; init; }

    public required long? ExpiresAt { get; init; }

    public required bool CanRefresh { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    public required string? Subject { get; init; }

    public required string? Label { get; init; }

    public required string Params { get; init; }
}

internal static class CredentialStore
{
    /// <summary>Makes the account ACTIVE with this credential. The fence moves on, so that a refresh of the old one that is
    /// still under way cannot overwrite it.</summary>
    /// <exception cref="Problem">The account got another credential since this one was sealed.</exception>
    public static async ValueTask StoreCredentialAsync(
        this WriteSession session, AccountRow account, AuthConfig config, NewCredential fresh, AuditEvent because)
    {
        if (fresh.Sealed.Place.Version != account.CredVersion + 1)
        {
            throw new Problem(Refusal.Conflict);
        }

        await SecretVault.StoreAsync(session, fresh.Sealed, because);
        await session.ExecuteAsync(
            """
            update account set status = @active, status_reason = null, subject = @Subject, subject_label = @Label, scopes = @scopes,
              params = @Params, cred_version = @version, updated_at = behalf_now()
            where project_id = @ProjectId and account_id = @AccountId
            """,
            new
            {
                account.ProjectId,
                account.AccountId,
                active = AccountStatus.Active,
                fresh.Subject,
                fresh.Label,
                scopes = string.Join(' ', fresh.Scopes),
                fresh.Params,
                version = fresh.Sealed.Place.Version,
            });
        await session.ScheduleRefreshAsync(account, config, fresh);
        await session.TellAsync(
            account.ProjectId, account.AccountId, account.CredVersion == 0 ? WebhookEvents.AccountActive : WebhookEvents.AccountReconnected);
    }

    /// <summary>Puts the account under the refresher's care.</summary>
    private static async ValueTask ScheduleRefreshAsync(
        this WriteSession session, AccountRow account, AuthConfig config, NewCredential fresh)
    {
        var now = await session.NowAsync();
        var due = RefreshSchedule.DueAt(config.Scheme, fresh.CanRefresh, fresh.ExpiresAt, now);
        var rotation = (config.Scheme as OAuth2Scheme)?.Refresh.Rotation ?? new Rotation();
        await session.ExecuteAsync(
            """
            insert into account_refresh (project_id, account_id, status, due_at, epoch, rot_policy, grace_ms, expires_at, last_used_at, probe_at)
            values (@ProjectId, @AccountId, 0, @due, 1, @policy, @grace, @ExpiresAt, behalf_now(), @probe)
            on conflict (project_id, account_id) do update set status = 0, due_at = @due, epoch = account_refresh.epoch + 1,
              intent_at = null, attempt = 0, rot_policy = @policy, grace_ms = @grace, expires_at = @ExpiresAt, last_error = null, probe_at = @probe
            """,
            new
            {
                account.ProjectId,
                account.AccountId,
                due,
                probe = due == RefreshSchedule.Never && config.Toolkit.Probe is not null && config.Scheme is not NoAuthScheme ? RefreshSchedule.FirstProbeAt(now) : (long?)null,
                policy = (short)rotation.Policy,
                grace = rotation.Policy == RotationPolicy.Grace ? rotation.GraceSeconds * 1000L : (long?)null,
                fresh.ExpiresAt,
            });
    }
}
