using Behalf.Accounts.AuthConfigs;
using Behalf.Catalog;
using Behalf.Storage;
using Behalf.Vault;

namespace Behalf.Accounts;

/// <summary>A credential to put in place of the one an account has.</summary>
internal sealed record NewCredential
{
    public required Credential Credential { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    public required string? Subject { get; init; }

    public required string? Label { get; init; }

    public required string Params { get; init; }
}

internal static class CredentialStore
{
    /// <summary>Makes the account ACTIVE with this credential. The fence moves on, so that a refresh of the old credential
    /// that is still under way cannot overwrite it.</summary>
    public static async ValueTask StoreCredentialAsync(
        this WriteSession session, VaultSealer sealer, AccountRow account, AuthConfig config, NewCredential fresh)
    {
        var version = account.CredVersion + 1;
        await sealer.SealAsync(session, account.SecretOwner, SecretKind.Credential, version, fresh.Credential.ToBytes());
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
                version,
            });
        await session.ScheduleRefreshAsync(account, config, fresh.Credential);
    }

    /// <summary>Puts the account under the refresher's care, or out of it where its tokens do not expire.</summary>
    private static async ValueTask ScheduleRefreshAsync(
        this WriteSession session, AccountRow account, AuthConfig config, Credential credential)
    {
        var rotation = (config.Scheme as OAuth2Scheme)?.Refresh.Rotation ?? new Rotation();
        await session.ExecuteAsync(
            """
            insert into account_refresh (project_id, account_id, status, due_at, epoch, rot_policy, grace_ms, expires_at, last_used_at)
            values (@ProjectId, @AccountId, 0, @due, 1, @policy, @grace, @ExpiresAt, behalf_now())
            on conflict (project_id, account_id) do update set status = 0, due_at = @due, epoch = account_refresh.epoch + 1,
              intent_at = null, attempt = 0, rot_policy = @policy, grace_ms = @grace, expires_at = @ExpiresAt, last_error = null
            """,
            new
            {
                account.ProjectId,
                account.AccountId,
                due = Refresh.RefreshSchedule.DueAt(config, credential, await session.NowAsync()),
                policy = (short)rotation.Policy,
                grace = rotation.Policy == RotationPolicy.Grace ? rotation.GraceSeconds * 1000L : (long?)null,
                credential.ExpiresAt,
            });
    }
}
