using Behalf.Audit;
using Behalf.Projects.Webhooks;
using Behalf.Storage;

namespace Behalf.Accounts.Refresh;

internal static class AccountExpiry
{
    /// <summary>"Needs to be connected again", with the reason and exactly one event. False if it was not ACTIVE any more.</summary>
    public static async ValueTask<bool> ExpireAccountAsync(this WriteSession session, AccountRow account, string reason, AuditEvent because)
    {
        var changed = await session.ExecuteAsync(
            """
            update account set status = @expired, status_reason = @reason, updated_at = behalf_now()
            where project_id = @ProjectId and account_id = @AccountId and status in (2, 5)
            """,
            new { account.ProjectId, account.AccountId, expired = AccountStatus.Expired, reason });
        if (changed == 1)
        {
            await session.AppendAsync(because with
            {
                Action = AuditActions.AccountExpired,
                UserId = account.ExternalUser,
                AccountId = account.AccountId,
                Toolkit = account.Toolkit,
                Detail = $"{{\"reason\":\"{reason}\"}}",
            });
            Measures.AccountExpired(account.Toolkit, reason);
            await session.TellAsync(account.ProjectId, account.AccountId, WebhookEvents.AccountExpired);
        }

        return changed == 1;
    }
}
