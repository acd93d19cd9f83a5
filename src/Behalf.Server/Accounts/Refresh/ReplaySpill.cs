using Behalf.Accounts.AuthConfigs;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Storage;

namespace Behalf.Accounts.Refresh;

/// <summary>Brings credentials that a refresh left in a file into the database: before the first request, since a refresh with
/// the old token would end the grant, and whenever the database comes back.</summary>
internal sealed class ReplaySpill(
    IDatabase database, ThisDeployment deployment, ToolCatalog catalog, RefreshSpill spill, StoreRenewal store, TimeProvider clock,
    ILogger<ReplaySpill> log) : Rounds("spilled credentials", TimeSpan.FromSeconds(5), clock, log)
{
    public async Task RunOnceAsync(CancellationToken ct)
    {
        foreach (var spilled in spill.Abandoned())
        {
            if (spilled.Deployment == await deployment.IdAsync(ct))
            {
                await TryReplayAsync(spilled, ct);
            }
        }
    }

    protected override async Task<bool> RunRoundAsync(CancellationToken ct)
    {
        await RunOnceAsync(ct);
        return false;
    }

    /// <summary>One that fails stays for the next round, and holds up neither the others nor the start. Without the database none
    /// can be brought in, and then nothing may be served.</summary>
    private async Task TryReplayAsync(SpilledCredential spilled, CancellationToken ct)
    {
        try
        {
            await ReplayAsync(spilled, ct);
            spill.Remove(spilled.Account);
        }
        catch (Exception e) when (e is not OperationCanceledException && (e as Problem)?.Refusal != Refusal.StorageUnavailable)
        {
            log.SpillNotStored(e, spilled.Account);
        }
    }

    private async Task ReplayAsync(SpilledCredential spilled, CancellationToken ct)
    {
        // Without an account, or without a secret, it was revoked upstream too, and its key is gone.
        if (await database.FindCallAccountAsync(spilled.Project, spilled.Account, ct) is not { Secret: not null } account
            || await database.FindAuthConfigAsync(account.ProjectId, account.AuthConfigId, ct) is not { } row || catalog.Resolve(row) is not { } config)
        {
            return;
        }

        var because = AuditEvent.BySystem(spilled.Project, AuditActions.CredentialRefreshed) with
        {
            UserId = account.ExternalUser,
            AccountId = account.AccountId,
            Toolkit = account.Toolkit,
            Detail = """{"from":"spill"}""",
        };
        if (await store.ReplayAsync(spilled, account, config, because))
        {
            log.SpillStored(account.AccountId);
        }
    }
}
