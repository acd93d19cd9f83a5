using System.Text.Json;
using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.OAuth;
using Behalf.Accounts.Revocation;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Storage;
using Behalf.Vault;

namespace Behalf.Accounts.Connect;

/// <summary>A credential that has just been won, and what is known of it.</summary>
internal sealed record WonCredential
{
    public required Credential Credential { get; init; }

    public IReadOnlyList<string> Scopes { get; init; } = [];

    public string? Subject { get; init; }

    /// <summary>What the provider calls the account.</summary>
    public string? Label { get; init; }

    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>The job that takes it back where it does not come into the account.</summary>
    public Id<IdKinds.Job>? InCase { get; init; }

    public static WonCredential From(TokenAnswer tokens, IReadOnlyList<string> asked, long now) => new()
    {
        Credential = new Credential
        {
            AccessToken = tokens.AccessToken,
            RefreshToken = tokens.RefreshToken,
            ExpiresAt = now + tokens.LifetimeMs,
        },
        Scopes = tokens.Scopes ?? asked,
        Subject = tokens.Subject,
        Variables = tokens.Variables,
    };
}

/// <summary>How a flow ended, for the page and the application.</summary>
internal sealed record FlowEnd(bool Success, string Reason);

/// <summary>The last step of a connection: whose credential is it, and may this account have it?</summary>
internal sealed class FinishFlow(IDatabase database, SecretVault vault, AccountProbe probe, OrphanTokens orphans)
{
    public const string Connected = "connected";

    public async Task<FlowEnd> RunAsync(FlowRow flow, AuthConfig config, WonCredential won, AuditEvent because, CancellationToken ct)
    {
        var variables = Merge(flow.Params, won.Variables);
        var known = Merge(flow.Params, won.Variables.Concat(config.Settings.Fields));
        var identity = await probe.TryAsync(config.Toolkit, config.Scheme, won.Credential, known, ct);
        Failpoint.Reach("connect.probed");
        if (identity.Verdict == ProbeVerdict.Refused)
        {
            return await FailAsync(flow, StatusReasons.CredentialRefused, because, ct);
        }

        var subject = won.Subject ?? identity.Subject;

        // From here on the browser may go away: the code is spent, and what it bought must not be lost.
        var end = await StoreAsync(flow, config, won, variables, subject, identity.Label, because);
        if (!end.Success)
        {
            await orphans.GiveBackAsync(
                new OrphanToken
                {
                    Config = config,
                    Variables = known,
                    Credential = won.Credential,
                    Account = flow.AccountId,
                    Subject = subject,
                    InCase = won.InCase,
                },
                because);
        }

        return end;
    }

    /// <summary>Ends the flow without a connection. An account that was there before stays as it was.</summary>
    public async Task<FlowEnd> FailAsync(FlowRow flow, string reason, AuditEvent because, CancellationToken ct)
    {
        await database.WriteAsync(
            RowScope.Of(flow.ProjectId),
            async session =>
            {
                if (await session.EndFlowAsync(flow, reason))
                {
                    await RecordFailureAsync(session, flow, reason, because);
                }
            },
            ct);
        return new FlowEnd(false, reason);
    }

    internal static async ValueTask RecordFailureAsync(WriteSession session, FlowRow flow, string reason, AuditEvent because)
    {
        if (!flow.Reconnect)
        {
            await session.ExecuteAsync(
                """
                update account set status = @status, status_reason = @reason, updated_at = behalf_now()
                where project_id = @ProjectId and account_id = @AccountId and status in (0, 1)
                """,
                new { flow.ProjectId, flow.AccountId, reason, status = reason == StatusReasons.LinkExpired ? AccountStatus.Expired : AccountStatus.Failed });
        }

        await session.AppendAsync(because with
        {
            Action = AuditActions.LinkEnded,
            Outcome = "refused",
            UserId = flow.ExternalUser,
            AccountId = flow.AccountId,
            Detail = $"{{\"reason\":\"{reason}\"}}",
        });
    }

    /// <summary>Sealing comes before the transaction, so a refresh of the old credential may come between: then once more.</summary>
    private async Task<FlowEnd> StoreAsync(
        FlowRow flow, AuthConfig config, WonCredential won, Dictionary<string, string> variables, string? subject, string? label, AuditEvent because)
    {
        for (var attempt = 1; ; attempt++)
        {
            var account = await database.FindAccountAsync(flow.ProjectId, flow.AccountId, CancellationToken.None);
            if (Objection(flow, account, subject) is { } reason)
            {
                return await FailAsync(flow, reason, because, CancellationToken.None);
            }

            // A new consent gets a new data key: what an older one sealed is gone with it.
            var fresh = new NewCredential
            {
                Sealed = await vault.SealAfreshAsync(account!.SecretPlace(account.CredVersion + 1), won.Credential.ToBytes(), CancellationToken.None),
                ExpiresAt = won.Credential.ExpiresAt,
                CanRefresh = won.Credential.CanRefresh(config.Scheme),
                Scopes = won.Scopes,
                Subject = subject ?? account.Subject,
                Label = label ?? account.SubjectLabel,
                Params = JsonSerializer.Serialize(variables, ConnectJson.Default.DictionaryStringString),
            };
            Failpoint.Reach("connect.sealed");
            try
            {
                var end = await database.WriteAsync(
                    RowScope.Of(flow.ProjectId), session => StoreAsync(session, flow, config, fresh, subject, won.InCase, because), CancellationToken.None);
                Failpoint.Reach("connect.stored");
                return end;
            }
            catch (Problem p) when (p.Refusal == Refusal.Conflict && attempt < 5)
            {
            }
        }
    }

    private static async ValueTask<FlowEnd> StoreAsync(
        WriteSession session, FlowRow flow, AuthConfig config, NewCredential fresh, string? subject, Id<IdKinds.Job>? inCase, AuditEvent because)
    {
        var account = await session.FindAccountAsync(flow.ProjectId, flow.AccountId);
        if (Objection(flow, account, subject) is { } reason)
        {
            return new FlowEnd(false, reason);
        }

        if (inCase is { } job && !await session.WithdrawRevocationAsync(flow.ProjectId, job))
        {
            // It took so long that the tokens are taken back by now.
            return new FlowEnd(false, StatusReasons.LinkExpired);
        }

        if (!await session.EndFlowAsync(flow, Connected))
        {
            return new FlowEnd(false, "already_used");
        }

        await session.StoreCredentialAsync(account!, config, fresh, because with
        {
            Action = AuditActions.AccountConnected,
            UserId = flow.ExternalUser,
            AccountId = flow.AccountId,
            Toolkit = config.Toolkit.Slug,
            Detail = flow.Reconnect ? "{\"reconnect\":true}" : null,
        });
        return new FlowEnd(true, Connected);
    }

    /// <summary>Why this account may not have the credential; null if it may.</summary>
    private static string? Objection(FlowRow flow, AccountRow? account, string? subject) => account switch
    {
        null => "account_deleted",
        { Status: AccountStatus.Revoked } when !flow.Reconnect => "account_revoked",
        { Status: AccountStatus.Inactive } => StatusReasons.DisabledByRequest,

        // Not being able to tell whose it is, is no proof that it is the same: the old credential stays.
        { Subject: { } old } when old != subject => StatusReasons.SubjectChanged,
        _ => null,
    };

    private static Dictionary<string, string> Merge(string known, IEnumerable<KeyValuePair<string, string>> more)
    {
        var variables = JsonSerializer.Deserialize(known, ConnectJson.Default.DictionaryStringString) ?? [];
        foreach (var (name, value) in more)
        {
            variables[name] = value;
        }

        return variables;
    }
}
