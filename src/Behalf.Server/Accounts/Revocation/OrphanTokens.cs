using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.OAuth;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Storage;

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
}

/// <summary>Gives orphan tokens back: a provider must not go on honouring what nobody here guards. Where that would end the
/// whole grant and a living account stands on it, the token is dropped instead and the trail says so.</summary>
internal sealed class OrphanTokens(IDatabase database, OAuthClients clients, RevocationEndpoint endpoint)
{
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
        var taken = await endpoint.RevokeAsync(client, token, hint, CancellationToken.None);
        await RecordAsync(orphan, because with
        {
            Action = AuditActions.OrphanTokenRevoked,
            Outcome = taken ? AuditOutcomes.Success : AuditOutcomes.Failed,
            Detail = null,
        });
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

    private Task RecordAsync(OrphanToken orphan, AuditEvent happened) => database.WriteAsync(
        RowScope.Of(orphan.Config.Row.ProjectId),
        async session =>
        {
            await session.AppendAsync(happened with { AccountId = orphan.Account, Toolkit = orphan.Config.Toolkit.Slug });
        },
        CancellationToken.None);
}

internal static class GrantHolders
{
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
