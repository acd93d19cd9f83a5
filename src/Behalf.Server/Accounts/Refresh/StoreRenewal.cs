using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.Revocation;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Storage;
using Behalf.Vault;

namespace Behalf.Accounts.Refresh;

/// <summary>Brings what a refresh won into the database: sealed, kept in a file where it is the only copy, stored with its
/// event under the fence; and given back where it may not be kept.</summary>
internal sealed class StoreRenewal(
    IDatabase database, ThisDeployment deployment, SecretVault vault, RefreshSpill spill, OrphanTokens orphans, PatientWrites patient)
{
    /// <returns>False if the account was revoked, deleted or connected again meanwhile.</returns>
    public async Task<bool> RunAsync(RefreshClaim claim, CallAccount account, AuthConfig config, Credential fresh, AuditEvent because)
    {
        var sealedSecret = await vault.SealAsync(
            account.SecretPlace(account.CredVersion + 1), account.Secret!, fresh.ToBytes(), CancellationToken.None);
        Failpoint.Reach("refresh.sealed");
        var spilled = new SpilledCredential
        {
            Deployment = await deployment.IdAsync(CancellationToken.None),
            Project = account.ProjectId,
            Account = account.AccountId,
            Version = sealedSecret.Place.Version,
            DataKeyVersion = sealedSecret.DataKeyVersion,
            Ciphertext = sealedSecret.Ciphertext,
            ExpiresAt = fresh.ExpiresAt,
        };
        if (claim.Lease.Policy == RotationPolicy.Strict)
        {
            spill.Keep(spilled);
        }

        Failpoint.Reach("refresh.in_file");
        bool stored;
        try
        {
            var now = await patient.RunAsync(() => database.NowAsync(CancellationToken.None), () => spill.Keep(spilled));
            var due = RefreshSchedule.DueAt(config.Scheme, canRefresh: true, fresh.ExpiresAt, now);
            stored = await patient.RunAsync(
                () => StoreAsync(sealedSecret, because, session => session.CompleteAsync(claim, due, fresh.ExpiresAt)), () => spill.Keep(spilled));
        }
        finally
        {
            spill.LetGo(account.AccountId);
        }

        Failpoint.Reach("refresh.stored");
        if (!stored)
        {
            await GiveBackAsync(account, config, fresh, account.Subject, because, account.DataKeyVersion);
        }

        spill.Remove(account.AccountId);
        Failpoint.Reach("refresh.released");
        return stored;
    }

    /// <summary>Stores what a refresh kept in a file and could not store. The version is its fence: had anything been stored
    /// since, the account would expect another.</summary>
    /// <returns>False if it is there already, or not wanted any more.</returns>
    public async Task<bool> ReplayAsync(SpilledCredential spilled, CallAccount account, AuthConfig config, AuditEvent because)
    {
        if (account.CredVersion != spilled.Version - 1 || account.DataKeyVersion != spilled.DataKeyVersion)
        {
            return false;
        }

        var secret = new SealedSecret
        {
            Place = account.SecretPlace(spilled.Version),
            DataKeyVersion = spilled.DataKeyVersion,
            Ciphertext = spilled.Ciphertext,
        };
        var due = RefreshSchedule.DueAt(config.Scheme, canRefresh: true, spilled.ExpiresAt, account.Now);
        if (await StoreAsync(secret, because, session =>
            session.CompleteAnyAsync(account.ProjectId, account.AccountId, account.CredVersion, due, spilled.ExpiresAt)))
        {
            return true;
        }

        var row = new SecretRow { Ciphertext = spilled.Ciphertext, DataKeyVersion = spilled.DataKeyVersion, WrappedDataKey = account.Secret!.WrappedDataKey };
        using var opened = await vault.OpenAsync(secret.Place, row, Use.ToldWithItsEffect(because), CancellationToken.None);
        await GiveBackAsync(account, config, Credential.Parse(opened.Span), account.Subject, because, spilled.DataKeyVersion);
        return false;
    }

    /// <param name="account">Whose refresh won it.</param>
    /// <param name="config">Through which app.</param>
    /// <param name="fresh">What may not be kept.</param>
    /// <param name="subject">Whose it is at the provider.</param>
    /// <param name="because">The refresh.</param>
    /// <param name="renewedUnder">The data key of the credential that it renewed, unless it is somebody else's.</param>
    public Task GiveBackAsync(
        CallAccount account, AuthConfig config, Credential fresh, string? subject, AuditEvent because, short? renewedUnder = null) =>
        orphans.GiveBackAsync(
            new OrphanToken
            {
                Config = config,
                Variables = account.Variables,
                Credential = fresh,
                Account = account.AccountId,
                Subject = subject,
                RenewedUnder = renewedUnder,
            },
            because);

    private Task<bool> StoreAsync(SealedSecret secret, AuditEvent because, Func<WriteSession, ValueTask<bool>> complete) => database.WriteAsync(
        RowScope.Of(secret.Place.Owner.Project),
        async session =>
        {
            var owner = secret.Place.Owner;
            if (!await complete(session))
            {
                // A commit whose answer was lost: the fence has moved on because this very credential is stored.
                return await session.FindAsync<int>(
                    """
                    select 1 from secret where project_id = @Project and owner_id = @Id and kind = @Kind and version = @Version
                      and ciphertext = @Ciphertext
                    """,
                    new { owner.Project, owner.Id, secret.Place.Kind, secret.Place.Version, secret.Ciphertext }) == 1;
            }

            await session.ExecuteAsync(
                "update account set cred_version = @Version where project_id = @Project and account_id = @Id and cred_version = @Version - 1",
                new { owner.Project, owner.Id, secret.Place.Version });
            await SecretVault.StoreAsync(session, secret, because);
            return true;
        },
        CancellationToken.None);
}
