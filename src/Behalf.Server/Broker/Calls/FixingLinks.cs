using Behalf.Accounts;
using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.Connect;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Storage;

namespace Behalf.Broker.Calls;

/// <summary>The three refusals that only the user can lift (not connected, expired, scope missing), each with the link that
/// lifts it. The message carries the link because it is all that the SDKs show of a refusal.</summary>
internal sealed class FixingLinks(IDatabase database, UsableAuthConfigs configs, ToolCatalog catalog, StartFlow start)
{
    // A model that tries again and again must not fill the database with invitations.
    private const int MostOpen = 5;

    public async Task<Problem> ForUserAsync(Caller caller, string user, string? alias, Toolkit toolkit, CancellationToken ct)
    {
        var text = alias is null
            ? $"The user has not connected {toolkit.Name}."
            : $"The user has no {toolkit.Name} account called {alias}.";
        if (await configs.FirstOfToolkitAsync(caller.Project, toolkit.Slug, null, null, ct) is not { } config)
        {
            return new Problem(
                Refusal.AccountNotConnected, text, $"The project has no auth config for {toolkit.Slug} yet: create one with POST /auth_configs first.");
        }

        var link = await LinkAsync(caller, config, user, alias, null, [], ct);
        return new Problem(Refusal.AccountNotConnected, Say(text, "connect it", link), Fix("connect", link));
    }

    public async Task<Problem> ForAccountAsync(Caller caller, AccountRow account, Toolkit toolkit, CancellationToken ct)
    {
        switch (account.Status)
        {
            case AccountStatus.Inactive:
                return new Problem(Refusal.AccountDisabled);
            case AccountStatus.Active:
                return new Problem(Refusal.AuthConfigDisabled);
            case AccountStatus.Initializing or AccountStatus.Initiated:
                var fresh = await ConfigAsync(account, ct) is { } own
                    ? await LinkAsync(caller, own, account.ExternalUser, null, account, [], ct)
                    : null;
                return new Problem(
                    Refusal.AccountNotConnected, Say($"The user has not finished connecting {toolkit.Name}.", "finish it", fresh), Fix("connect", fresh));
        }

        var link = await ConfigAsync(account, ct) is { } config
            ? await LinkAsync(caller, config, account.ExternalUser, null, account, [], ct)
            : null;
        var why = account.StatusReason is null ? "" : $" ({account.StatusReason})";
        return new Problem(
            Refusal.AccountExpired, Say($"The {toolkit.Name} connection has expired{why}.", "reconnect it", link), Fix("reconnect", link));
    }

    public async Task<Problem> ForScopesAsync(
        Caller caller, AccountRow account, Toolkit toolkit, IReadOnlyList<string> missing, CancellationToken ct)
    {
        var link = await ConfigAsync(account, ct) is { } config
            ? await LinkAsync(caller, config, account.ExternalUser, null, account, missing, ct)
            : null;
        return new Problem(
            Refusal.ScopeMissing,
            Say($"The {toolkit.Name} connection lacks the permission {string.Join(", ", missing)}.", "grant it", link),
            Fix("grant the permission", link));
    }

    private async Task<AuthConfig?> ConfigAsync(AccountRow account, CancellationToken ct) =>
        await database.FindAuthConfigAsync(account.ProjectId, account.AuthConfigId, ct) is { Enabled: true } row ? catalog.Resolve(row) : null;

    private async Task<string?> LinkAsync(
        Caller caller, AuthConfig config, string user, string? alias, AccountRow? reconnect, IReadOnlyList<string> scopes, CancellationToken ct)
    {
        var open = await database.FindAsync<int>(
            RowScope.Of(caller.Project),
            """
            select count(*) from flow f join app_user u on u.project_id = f.project_id and u.user_id = f.user_id
            where f.project_id = @Project and u.external_id = @user and f.auth_config_id = @config and f.stage = 1 and f.expires_at > behalf_now()
            """,
            new { caller.Project, user, config = config.Id },
            ct);
        if (open >= MostOpen)
        {
            return null;
        }

        var started = await start.RunAsync(
            new FlowRequest { Config = config, User = user, Alias = alias, Reconnect = reconnect, MoreScopes = scopes },
            AuditEvent.By(caller, AuditActions.LinkCreated),
            ct);
        return started.Url;
    }

    private static string Say(string text, string act, string? link) =>
        link is null ? text : $"{text} Ask the user to {act} here: {link}";

    private static string Fix(string act, string? link) => link is null
        ? $"Several links are open already: ask the user to {act} with the last one."
        : $"Show the user this link to {act} (valid ten minutes), then call again: {link}";
}
