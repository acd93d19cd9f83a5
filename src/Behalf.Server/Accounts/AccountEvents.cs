using System.Text.Json;
using System.Text.Json.Nodes;
using Behalf.Accounts.AuthConfigs;
using Behalf.Projects.Webhooks;
using Behalf.Storage;

namespace Behalf.Accounts;

/// <summary>Tells webhooks what became of an account, as <c>GET /connected_accounts/{id}</c> would show it: of its credential
/// nothing but that there is one.</summary>
internal static class AccountEvents
{
    /// <summary>After the account was changed in the same transaction.</summary>
    public static ValueTask TellAsync(
        this WriteSession session, Id<IdKinds.Project> project, Id<IdKinds.Account> account, string type) =>
        session.PublishAsync(project, type, async () =>
        {
            var row = await session.FindAccountAsync(project, account)
                ?? throw new InvalidOperationException("An event tells of an account that is there.");
            return await ContentAsync(session, row);
        });

    /// <summary>Before the account is ended: afterwards there may be nothing left to read.</summary>
    public static ValueTask TellEndAsync(this WriteSession session, AccountRow account, bool deleted) =>
        session.PublishAsync(account.ProjectId, WebhookEvents.AccountRevoked, async () =>
        {
            var content = await ContentAsync(session, account with
            {
                Status = AccountStatus.Revoked,
                StatusReason = StatusReasons.RevokedByRequest,
                UpdatedAt = await session.NowAsync(),
            });
            content.Data["deleted"] = deleted;
            return content;
        });

    private static async ValueTask<EventContent> ContentAsync(WriteSession session, AccountRow row)
    {
        var config = await session.FindAsync<AuthConfigRow>(
            $"select {AuthConfigStore.Columns} from auth_config where project_id = @ProjectId and auth_config_id = @AuthConfigId",
            new { row.ProjectId, row.AuthConfigId });
        var shown = ShowAccount.Detail(row, config?.Managed ?? false, config?.Enabled ?? false, []);
        return new EventContent
        {
            Data = JsonSerializer.SerializeToNode(shown, AccountsJson.Default.AccountDetail)!.AsObject(),
            AccountId = row.AccountId.ToString(),
            UserId = row.ExternalUser,
        };
    }
}
