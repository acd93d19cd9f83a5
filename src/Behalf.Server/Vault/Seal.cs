using System.Text.Json.Nodes;
using Behalf.Audit;
using Behalf.Storage;

namespace Behalf.Vault;

/// <summary>The operator's emergency stop. It stands in the database, so that it holds on every node and through restarts:
/// a call whose account was read after it is refused everywhere, and within a second every node has forgotten its keys.</summary>
internal sealed class Seal(IDatabase database, ProjectKeys keys, ILogger<Seal> log)
{
    /// <summary>Seals the deployment, and tells every project's trail.</summary>
    /// <returns>False if it was sealed already.</returns>
    public Task<bool> SealAsync(string? because, CancellationToken ct) => ChangeAsync(
        "update deployment set sealed_at = behalf_now(), sealed_because = @because where sealed_at is null",
        because,
        AuditActions.DeploymentSealed,
        ct);

    /// <returns>False if it was not sealed.</returns>
    public Task<bool> UnsealAsync(string? because, CancellationToken ct) => ChangeAsync(
        "update deployment set sealed_at = null, sealed_because = null where sealed_at is not null",
        because,
        AuditActions.DeploymentUnsealed,
        ct);

    /// <summary>Does on this node what the database says.</summary>
    public async Task ObserveAsync(CancellationToken ct)
    {
        var isSealed = await database.FindAsync<long?>(RowScope.System, "select sealed_at from deployment", null, ct) is not null;
        if (isSealed == keys.Sealed)
        {
            return;
        }

        if (isSealed)
        {
            keys.Lock();
            log.Sealed();
        }
        else
        {
            keys.Unlock();
            log.Unsealed();
        }
    }

    private async Task<bool> ChangeAsync(string update, string? because, string action, CancellationToken ct)
    {
        var changed = await database.WriteAsync(
            RowScope.System,
            async session =>
            {
                if (await session.ExecuteAsync(update, new { because }) == 0)
                {
                    return false;
                }

                foreach (var project in await session.QueryAsync<Id<IdKinds.Project>>("select project_id from project", null))
                {
                    await session.AppendAsync(new AuditEvent
                    {
                        ProjectId = project,
                        Action = action,
                        ActorKind = "operator",
                        Detail = because is null ? null : new JsonObject { ["because"] = because }.ToJsonString(),
                    });
                }

                return true;
            },
            ct);
        await ObserveAsync(ct);
        return changed;
    }
}

/// <summary>Looks once a second whether the operator sealed or unsealed the deployment.</summary>
internal sealed class WatchSeal(Seal seal, TimeProvider clock, ILogger<WatchSeal> log)
    : Rounds("looking for the seal", TimeSpan.FromSeconds(1), clock, log)
{
    protected override async Task<bool> RunRoundAsync(CancellationToken ct)
    {
        await seal.ObserveAsync(ct);
        return false;
    }
}
