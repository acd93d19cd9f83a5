using Behalf.Accounts.AuthConfigs;
using Behalf.Projects.Webhooks;
using Behalf.Storage;

namespace Behalf.Accounts.Connect;

/// <summary>Where a new connection gets its account from.</summary>
internal static class AccountCreation
{
    /// <summary>The user's account of the config that waits to be connected: one that never was, or, where no account works,
    /// one that did. Connecting it keeps its id, which applications have stored, and leaves no dead account behind. The
    /// user's row is locked, so that two requests at once do not both find nothing.</summary>
    public static async ValueTask<AccountRow?> FindWaitingAccountAsync(this WriteSession session, AuthConfig config, Id<IdKinds.User> user)
    {
        var project = config.Row.ProjectId;
        await session.FindAsync<int>(
            $"select 1 from app_user where project_id = @project and user_id = @user{session.ForUpdate}", new { project, user });
        var account = await session.FindAsync<AccountRow>(
            $"""
            select {AccountStore.Columns} from account a
            where project_id = @project and user_id = @user and auth_config_id = @config and status in (1, 3, 4, 6)
              and (cred_version = 0 or not exists (select 1 from account b where b.project_id = a.project_id
                and b.user_id = a.user_id and b.auth_config_id = a.auth_config_id and b.status = 2))
            order by created_at desc, account_id limit 1{session.ForUpdate}
            """,
            new { project, user, config = config.Id });
        if (account is { CredVersion: 0 })
        {
            await session.SetStatusAsync(project, account.AccountId, AccountStatus.Initiated, null);
        }

        return account;
    }

    public static async ValueTask<Id<IdKinds.Account>> CreateAccountAsync(
        this WriteSession session, AuthConfig config, string externalUser, Id<IdKinds.User> user, string? alias, AccountStatus status)
    {
        var project = config.Row.ProjectId;
        if (alias is not null && await session.FindAsync<int>(
            "select 1 from account where project_id = @project and user_id = @user and toolkit = @Slug and alias = @alias",
            new { project, user, config.Toolkit.Slug, alias }) == 1)
        {
            throw new Problem(Refusal.Conflict, $"The user already has a {config.Toolkit.Name} account with this alias.", "Choose another alias.");
        }

        var account = Id<IdKinds.Account>.New();
        await session.ExecuteAsync(
            """
            insert into account (project_id, account_id, user_id, external_user, auth_config_id, toolkit, scheme, status, alias, word_id,
              scopes, params, cred_version, created_at, updated_at)
            values (@project, @account, @user, @externalUser, @config, @Slug, @Scheme, @status, @alias, @word,
              '', '{}', 0, behalf_now(), behalf_now())
            """,
            new
            {
                project,
                account,
                user,
                externalUser,
                config = config.Id,
                config.Toolkit.Slug,
                config.Row.Scheme,
                status,
                alias,
                word = WordId.New(),
            });
        await session.TellAsync(project, account, WebhookEvents.AccountCreated);
        return account;
    }
}
