using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.OAuth;
using Behalf.Accounts.Refresh;
using Behalf.Audit;
using Behalf.Storage;
using Behalf.Vault;

namespace Behalf.Accounts;

/// <summary>Asks the provider whether an account's credential is still good, and writes down that it is not.</summary>
internal sealed class CheckCredential(IDatabase database, SecretVault vault, Refresher refresher, AccountProbe probe)
{
    /// <summary>A credential that is refused is renewed, where that can be, and tried once more: a refusal may mean no more than
    /// that it has expired.</summary>
    public async Task<ProbeResult> RunAsync(CallAccount account, AuthConfig config, Use use, CancellationToken ct)
    {
        if (account.Secret is not { } secret)
        {
            return new ProbeResult(ProbeVerdict.Refused);
        }

        using var opened = await vault.OpenAsync(account.SecretPlace(account.CredVersion), secret, use, ct);
        var result = await TryAsync(account, config, Credential.Parse(opened.Span), ct);
        if (result.Verdict != ProbeVerdict.Refused)
        {
            return result;
        }

        try
        {
            return await refresher.RenewAfterRefusalAsync(account, use, ct) is { } renewed
                ? await TryAsync(renewed.Account, config, renewed.Credential, ct)
                : result;
        }
        catch (RefreshRefusedException)
        {
            return new ProbeResult(ProbeVerdict.Unknown);
        }
    }

    /// <summary>The provider refused the credential and there is none to get in its place. Nothing happens where the account
    /// has another one by now.</summary>
    public Task<bool> ExpireAsync(CallAccount account, AuditEvent because) => database.WriteAsync(
        RowScope.Of(account.ProjectId),
        async session =>
        {
            var now = await session.FindAccountAsync(account.ProjectId, account.AccountId);
            if (now is null || now.CredVersion != account.CredVersion
                || !await session.ExpireAccountAsync(account, StatusReasons.RevokedUpstream, because))
            {
                return false;
            }

            await session.ExecuteAsync(
                """
                update account_refresh set status = 1, epoch = epoch + 1, due_at = @Never, intent_at = null, probe_at = null
                where project_id = @ProjectId and account_id = @AccountId
                """,
                new { account.ProjectId, account.AccountId, RefreshSchedule.Never });
            return true;
        },
        CancellationToken.None);

    private Task<ProbeResult> TryAsync(CallAccount account, AuthConfig config, Credential credential, CancellationToken ct)
    {
        var variables = account.Variables;
        foreach (var (name, value) in config.Settings.Fields)
        {
            variables[name] = value;
        }

        return probe.TryAsync(config.Toolkit, config.Scheme, credential, variables, ct);
    }
}
