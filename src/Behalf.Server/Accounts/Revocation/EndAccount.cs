using System.Text.Json;
using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.Connect;
using Behalf.Accounts.OAuth;
using Behalf.Accounts.Refresh;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Storage;
using Behalf.Vault;

namespace Behalf.Accounts.Revocation;

/// <summary>What happens at the provider when an account ends here.</summary>
internal enum UpstreamFate
{
    /// <summary>A job was left that takes the tokens back, now or as soon as the provider answers.</summary>
    Queued,

    /// <summary>The provider's revocation would end another connection of the same person too: the last of them does it.</summary>
    WaitsForSibling,

    /// <summary>The provider has no way to take tokens back, or there are none.</summary>
    NotSupported,

    /// <summary>The caller did not want it.</summary>
    NotAsked,
}

/// <summary>Ends an account: in one transaction it stops working on every node, its secrets are destroyed, the fence moves
/// on so that a refresh under way cannot bring it back, and a job for the provider is left.</summary>
internal sealed class EndAccount(IDatabase database, ToolCatalog catalog, SecretVault vault, OAuthClients clients)
{
    /// <param name="account">The account as the caller was allowed to see it.</param>
    /// <param name="delete">Whether its row goes too.</param>
    /// <param name="upstream">Whether the tokens are taken back at the provider.</param>
    /// <param name="because">Who asked.</param>
    /// <param name="ct">Until the transaction begins.</param>
    /// <exception cref="Problem">Somebody else deleted it meanwhile.</exception>
    public async Task<(UpstreamFate Fate, Id<IdKinds.Job>? Job)> RunAsync(
        AccountRow account, bool delete, bool upstream, AuditEvent because, CancellationToken ct)
    {
        because = because with
        {
            Action = delete ? AuditActions.AccountDeleted : AuditActions.AccountRevoked,
            UserId = account.ExternalUser,
            AccountId = account.AccountId,
            Toolkit = account.Toolkit,
        };
        var (fate, job) = upstream ? await PrepareJobAsync(account, because, ct) : (UpstreamFate.NotAsked, null);
        Failpoint.Reach("delete.prepared");
        var ended = await database.WriteAsync(
            RowScope.Of(account.ProjectId),
            async session =>
            {
                var now = await LockAsync(session, account);
                if (now.Status != AccountStatus.Revoked)
                {
                    await session.TellEndAsync(now, deleted: delete);
                }
                else if (!delete)
                {
                    return false;
                }

                await session.DestroySecretsAsync(account.ProjectId, account.AccountId.As<IdKinds.SecretOwner>());
                await EndRowsAsync(session, account, delete);
                await session.AppendAsync(because with { Detail = $"{{\"upstream\":\"{Name(fate)}\"}}" });
                if (job is not null)
                {
                    var open = new RevocationPayload
                    {
                        Toolkit = account.Toolkit,
                        UserId = account.ExternalUser,
                        AccountId = account.AccountId.ToString(),
                        AuthConfigId = account.AuthConfigId.ToString(),
                        Subject = account.Subject,
                    };
                    await session.LeaveRevocationAsync(job, open, RevocationOutbox.HeadStartMs);
                }

                return true;
            },
            ct);
        Failpoint.Reach("delete.stored");
        return ended ? (fate, job is null ? null : JobIdOf(job)) : (UpstreamFate.NotSupported, null);
    }

    public static string Name(UpstreamFate fate) => JsonNamingPolicy.SnakeCaseLower.ConvertName(fate.ToString());

    /// <summary>As it is now: of any number of requests one ends it. The rows are locked in the order in which a refresh does.</summary>
    private static async ValueTask<AccountRow> LockAsync(WriteSession session, AccountRow account)
    {
        var key = new { account.ProjectId, account.AccountId };
        await session.FindAsync<int>(
            $"select 1 from account_refresh where project_id = @ProjectId and account_id = @AccountId{session.ForUpdate}", key);
        await session.FindAsync<int>($"select 1 from account where project_id = @ProjectId and account_id = @AccountId{session.ForUpdate}", key);
        return await session.FindAccountAsync(account.ProjectId, account.AccountId) ?? throw new Problem(Refusal.NotFound);
    }

    private async Task<(UpstreamFate Fate, SealedSecret? Job)> PrepareJobAsync(AccountRow row, AuditEvent because, CancellationToken ct)
    {
        var account = await database.FindCallAccountAsync(row.ProjectId, row.AccountId, ct);
        var configRow = await database.FindAuthConfigAsync(row.ProjectId, row.AuthConfigId, ct);
        if (account?.Secret is not { } sealedCredential || configRow is null || catalog.Resolve(configRow) is not { } config)
        {
            return (UpstreamFate.NotSupported, null);
        }

        if (config.Scheme is not OAuth2Scheme { Revoke: { } rules } || await clients.RegistrationAsync(config, because, ct) is not { } app)
        {
            return (UpstreamFate.NotSupported, null);
        }

        if (rules.Reach == RevokeReach.Grant && await database.HasOtherHolderAsync(row.ProjectId, row.AuthConfigId, row.Subject, row.AccountId, ct))
        {
            return (UpstreamFate.WaitsForSibling, null);
        }

        using var opened = await vault.OpenAsync(account.SecretPlace(account.CredVersion), sealedCredential, Use.ToldWithItsEffect(because), ct);
        var credential = Credential.Parse(opened.Span);
        var secret = new RevocationSecret
        {
            ClientId = app.ClientId,
            ClientSecret = app.ClientSecret.Reveal(),
            AccessToken = credential.AccessToken,
            RefreshToken = credential.RefreshToken,
            Variables = OAuthClients.Known(config, account.Variables),
        };
        var place = RevocationJob.PlaceOf(row.ProjectId, Id<IdKinds.Job>.New());
        var job = await vault.SealAsync(place, JsonSerializer.SerializeToUtf8Bytes(secret, RevocationJson.Default.RevocationSecret), ct);
        return (UpstreamFate.Queued, job);
    }

    private static async ValueTask EndRowsAsync(WriteSession session, AccountRow account, bool delete)
    {
        var key = new { account.ProjectId, account.AccountId };
        if (!delete)
        {
            await session.SetStatusAsync(account.ProjectId, account.AccountId, AccountStatus.Revoked, StatusReasons.RevokedByRequest);
            await session.ExecuteAsync(
                """
                update account_refresh set status = 2, epoch = epoch + 1, due_at = @Never, intent_at = null
                where project_id = @ProjectId and account_id = @AccountId
                """,
                new { account.ProjectId, account.AccountId, RefreshSchedule.Never });
            return;
        }

        await session.ExecuteAsync(
            """
            delete from locator where project_id = @ProjectId
              and id in (select flow_id from flow where project_id = @ProjectId and account_id = @AccountId)
            """,
            key);
        await session.ExecuteAsync("delete from flow where project_id = @ProjectId and account_id = @AccountId", key);
        await session.ExecuteAsync("delete from account_refresh where project_id = @ProjectId and account_id = @AccountId", key);
        await session.ExecuteAsync("delete from account where project_id = @ProjectId and account_id = @AccountId", key);
    }

    private static Id<IdKinds.Job> JobIdOf(SealedSecret job) => job.Place.Owner.Id.As<IdKinds.Job>();
}
