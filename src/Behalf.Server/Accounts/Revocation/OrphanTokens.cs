using System.Text.Json;
using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.OAuth;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Storage;
using Behalf.Vault;

namespace Behalf.Accounts.Revocation;

/// <summary>A token that was won and may not be kept.</summary>
internal sealed record OrphanToken
{
    public required AuthConfig Config { get; init; }

    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    public required Credential Credential { get; init; }

    /// <summary>The account that it was won for.</summary>
    public required Id<IdKinds.Account> Account { get; init; }

    /// <summary>Whose it is at the provider, where that is known.</summary>
    public required string? Subject { get; init; }

    /// <summary>For one that renewed a credential: the data key that sealed that credential. As long as the account has it, the
    /// account was not connected anew, and stands on the very grant that this token is of.</summary>
    public short? RenewedUnder { get; init; }

    /// <summary>The job that was left for the case that its process dies.</summary>
    public Id<IdKinds.Job>? InCase { get; init; }
}

/// <summary>Gives orphan tokens back: a provider must not go on honouring what nobody here guards. Where that would end the
/// whole grant and a living account stands on it, the token is dropped instead and the trail says so. Where the provider does
/// not answer, the outbox has it.</summary>
internal sealed class OrphanTokens(IDatabase database, OAuthClients clients, RevocationEndpoint endpoint, SecretVault vault)
{
    private const int Tries = 5;

    // Longer than the slowest connection takes from its code to its end.
    private const long InCaseMs = 5 * 60 * 1000;

    /// <summary>For tokens on their way into an account: unless it is withdrawn, the job that this leaves takes them back in
    /// five minutes, when their process has died. Null where there is no such job; the connection does not depend on it.</summary>
    public async Task<Id<IdKinds.Job>?> LeaveInCaseAsync(OrphanToken orphan, OAuthClient client, string user)
    {
        // Without knowing whose grant it is, there is no telling whether somebody stands on it by then.
        if (client.Revoke is not { } rules || (rules.Reach == RevokeReach.Grant && orphan.Subject is null)
            || await TrySealJobAsync(orphan, client) is not { } job)
        {
            return null;
        }

        try
        {
            await database.WriteAsync(
                RowScope.Of(orphan.Config.Row.ProjectId),
                session => session.LeaveRevocationAsync(job, PayloadOf(orphan, user), InCaseMs),
                CancellationToken.None);
            return job.Place.Owner.Id.As<IdKinds.Job>();
        }
        catch (Problem)
        {
            return null;
        }
    }

    public async Task GiveBackAsync(OrphanToken orphan, AuditEvent because)
    {
        if (orphan.Config.Scheme is not OAuth2Scheme || (orphan.Credential.RefreshToken ?? orphan.Credential.AccessToken) is not { } token
            || await clients.FindAsync(orphan.Config, orphan.Variables, because, CancellationToken.None) is not { Revoke: { } rules } client)
        {
            return;
        }

        if ((rules.Reach == RevokeReach.Grant && await IsGrantInUseAsync(orphan)) || await IsOwnGrantInUseAsync(orphan))
        {
            await RecordAsync(orphan, because with { Action = AuditActions.OrphanTokenDropped, Detail = """{"reason":"grant_in_use"}""" });
            return;
        }

        var hint = orphan.Credential.RefreshToken is null ? "access_token" : "refresh_token";
        if (await endpoint.RevokeAsync(client, token, hint, CancellationToken.None))
        {
            await RecordAsync(orphan, because with { Action = AuditActions.OrphanTokenRevoked, Outcome = AuditOutcomes.Success, Detail = null });
            return;
        }

        await QueueAsync(orphan, client, because with { Action = AuditActions.OrphanTokenRevoked, Outcome = AuditOutcomes.Failed });
    }

    /// <summary>Sealing comes before the transaction, so the project's key may be replaced and destroyed between: then once more.</summary>
    private async Task QueueAsync(OrphanToken orphan, OAuthClient client, AuditEvent happened)
    {
        for (var attempt = 1; ; attempt++)
        {
            var job = attempt <= Tries ? await TrySealJobAsync(orphan, client) : null;
            try
            {
                await RecordAsync(orphan, happened with { Detail = job is null ? null : """{"upstream":"queued"}""" }, job);
                return;
            }
            catch (Problem p) when (p.Refusal == Refusal.Conflict && job is not null)
            {
            }
        }
    }

    /// <summary>Null where nothing can be sealed: the project is gone, or its keys are away.</summary>
    private async Task<SealedSecret?> TrySealJobAsync(OrphanToken orphan, OAuthClient client)
    {
        var secret = new RevocationSecret
        {
            ClientId = client.ClientId,
            ClientSecret = client.ClientSecret.Reveal(),
            AccessToken = orphan.Credential.AccessToken,
            RefreshToken = orphan.Credential.RefreshToken,
            Variables = client.Variables,
        };
        var place = RevocationJob.PlaceOf(orphan.Config.Row.ProjectId, Id<IdKinds.Job>.New());
        try
        {
            return await vault.SealAsync(
                place, JsonSerializer.SerializeToUtf8Bytes(secret, RevocationJson.Default.RevocationSecret), CancellationToken.None);
        }
        catch (Problem)
        {
            return null;
        }
    }

    /// <summary>RFC 7009 §2.1: with a refresh token goes whatever else its grant gave, and so what another node won after it.</summary>
    private async Task<bool> IsOwnGrantInUseAsync(OrphanToken orphan) => orphan.RenewedUnder is { } key && await database.FindAsync<int>(
        RowScope.Of(orphan.Config.Row.ProjectId),
        """
        select 1 from account a join secret s on s.project_id = a.project_id and s.owner_id = a.account_id and s.kind = 1
        where a.project_id = @ProjectId and a.account_id = @Account and a.status in (2, 5) and s.data_key_version = @key
        """,
        new { orphan.Config.Row.ProjectId, orphan.Account, key },
        CancellationToken.None) == 1;

    private async Task<bool> IsGrantInUseAsync(OrphanToken orphan)
    {
        var row = orphan.Config.Row;
        return await database.FindAsync<int>(
            RowScope.Of(row.ProjectId),
            "select 1 from account where project_id = @ProjectId and account_id = @Account and status in (2, 5)",
            new { row.ProjectId, orphan.Account },
            CancellationToken.None) == 1
            || await database.HasOtherHolderAsync(row.ProjectId, row.AuthConfigId, orphan.Subject, orphan.Account, CancellationToken.None);
    }

    private Task RecordAsync(OrphanToken orphan, AuditEvent happened, SealedSecret? job = null) => database.WriteAsync(
        RowScope.Of(orphan.Config.Row.ProjectId),
        async session =>
        {
            if (orphan.InCase is { } inCase)
            {
                await session.WithdrawRevocationAsync(orphan.Config.Row.ProjectId, inCase);
            }

            if (job is not null)
            {
                await session.LeaveRevocationAsync(job, PayloadOf(orphan, happened.UserId ?? ""));
            }

            await session.AppendAsync(happened with { AccountId = orphan.Account, Toolkit = orphan.Config.Toolkit.Slug });
        },
        CancellationToken.None);

    private static RevocationPayload PayloadOf(OrphanToken orphan, string user) => new()
    {
        Toolkit = orphan.Config.Toolkit.Slug,
        UserId = user,
        AccountId = orphan.Account.ToString(),
        AuthConfigId = orphan.Config.Id.ToString(),
        Subject = orphan.Subject,
    };
}

internal static class GrantHolders
{
    /// <summary>Whether a living account of that person stands on that client's grant, now that the job gets to it.</summary>
    public static async Task<bool> HasHolderAsync(this IDatabase database, Id<IdKinds.Project> project, RevocationPayload job, CancellationToken ct) =>
        Id<IdKinds.AuthConfig>.TryParse(job.AuthConfigId, out var config)
        && await database.HasOtherHolderAsync(project, config, job.Subject, default, ct);

    /// <summary>Whether another living account of the same person stands on the same client's grant.</summary>
    public static async Task<bool> HasOtherHolderAsync(
        this IDatabase database, Id<IdKinds.Project> project, Id<IdKinds.AuthConfig> config, string? subject, Id<IdKinds.Account> account,
        CancellationToken ct) => subject is not null && 1 == await database.FindAsync<int>(
            RowScope.Of(project),
            """
            select 1 from account where project_id = @project and auth_config_id = @config and subject = @subject
              and account_id <> @account and status in (2, 5)
            """,
            new { project, config, subject, account },
            ct);
}
