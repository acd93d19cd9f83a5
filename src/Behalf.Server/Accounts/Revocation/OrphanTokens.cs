using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.OAuth;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Storage;

namespace Behalf.Accounts.Revocation;

/// <summary>Tokens that were won and may not be kept: a provider must not go on honouring what nobody here guards.</summary>
internal sealed class OrphanTokens(IDatabase database, OAuthClients clients, RevocationEndpoint endpoint)
{
    public async Task GiveBackAsync(
        AuthConfig config, IReadOnlyDictionary<string, string> variables, Credential credential, AuditEvent because, CancellationToken ct)
    {
        if (config.Scheme is not OAuth2Scheme || (credential.RefreshToken ?? credential.AccessToken) is not { } token
            || await clients.FindAsync(config, variables, because, ct) is not { Revoke: not null } client)
        {
            return;
        }

        var hint = credential.RefreshToken is null ? "access_token" : "refresh_token";
        var taken = await endpoint.RevokeAsync(client, token, hint, ct);
        await database.WriteAsync(
            RowScope.Of(config.Row.ProjectId),
            async session =>
            {
                await session.AppendAsync(because with
                {
                    Action = AuditActions.OrphanTokenRevoked,
                    Outcome = taken ? "success" : "failed",
                    Toolkit = config.Toolkit.Slug,
                    Detail = null,
                });
            },
            ct);
    }
}
