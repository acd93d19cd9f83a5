using System.Text.Json.Serialization;
using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.Connect;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Projects.Webhooks;
using Behalf.Storage;
using Behalf.Wire;

namespace Behalf.Accounts;

internal sealed record SetEnabledRequest
{
    public bool? Enabled { get; init; }
}

internal sealed record SuccessAnswer
{
    public bool Success { get; init; } = true;
}

internal sealed record PatchAccountRequest
{
    public string? Alias { get; init; }

    public PatchConnectionRequest? Connection { get; init; }
}

internal sealed record PatchConnectionRequest
{
    public StateRequest? State { get; init; }
}

internal sealed record PatchedAccountAnswer
{
    public bool Success { get; init; } = true;

    public required string Id { get; init; }

    public required string Status { get; init; }
}

/// <summary>Accounts that a caller may name.</summary>
internal static class NamedAccounts
{
    /// <summary>A project key gets 404 for what is not its project's. A user key gets the same 403 for everything that is not
    /// its user's, existing or not, so that it cannot ask what there is.</summary>
    public static async Task<AccountRow> GetAccountAsync(this IDatabase database, Caller caller, string id, CancellationToken ct)
    {
        var row = Id<IdKinds.Account>.TryParse(id, out var key) ? await database.FindAccountAsync(caller.Project, key, ct) : null;
        if (caller.BoundUser is { } bound)
        {
            return row is not null && row.ExternalUser == bound && caller.Toolkits?.Contains(row.Toolkit) != false
                ? row
                : throw new Problem(Refusal.ForeignUser);
        }

        return row ?? throw new Problem(Refusal.NotFound);
    }
}

/// <summary>One account: read, renamed, switched on and off.</summary>
internal static class ManageAccounts
{
    public static async Task<AccountDetail> GetAsync(
        CallerParameter caller, string id, IDatabase database, ToolCatalog catalog, CancellationToken ct)
    {
        var row = await database.GetAccountAsync(caller, id, ct);
        var config = await database.FindAuthConfigAsync(row.ProjectId, row.AuthConfigId, ct);
        return ShowAccount.Detail(
            row, config?.Managed ?? false, config?.Enabled ?? false, config is null ? [] : catalog.Resolve(config)?.Scopes ?? []);
    }

    public static async Task<SuccessAnswer> SetEnabledAsync(
        CallerParameter caller, string id, SetEnabledRequest body, IDatabase database, CancellationToken ct)
    {
        var enabled = body.Enabled ?? throw new Problem(Refusal.InvalidRequest, "enabled is missing.");
        var row = await database.GetAccountAsync(caller, id, ct);
        var (from, to) = enabled ? (AccountStatus.Inactive, AccountStatus.Active) : (AccountStatus.Active, AccountStatus.Inactive);
        await database.WriteAsync(
            RowScope.Of(row.ProjectId),
            async session =>
            {
                var changed = await session.ExecuteAsync(
                    """
                    update account set status = @to, status_reason = @reason, updated_at = behalf_now()
                    where project_id = @ProjectId and account_id = @AccountId and status = @from
                    """,
                    new { row.ProjectId, row.AccountId, from, to, reason = enabled ? null : StatusReasons.DisabledByRequest });
                if (changed == 0)
                {
                    var now = await session.FindAccountAsync(row.ProjectId, row.AccountId) ?? throw new Problem(Refusal.NotFound);
                    return now.Status == to
                        ? 0
                        : throw new Problem(Refusal.Conflict, $"An account that is {now.Status.WireName()} cannot be switched {(enabled ? "on" : "off")}.");
                }

                // The fence stays: a refresh that is under way has spent the old token, and what it wins is still wanted.
                await session.ExecuteAsync(
                    """
                    update account_refresh set status = @paused
                    where project_id = @ProjectId and account_id = @AccountId
                    """,
                    new { row.ProjectId, row.AccountId, paused = enabled ? 0 : 3 });
                await session.AppendAsync(AuditEvent.By(caller, AuditActions.AccountUpdated) with
                {
                    UserId = row.ExternalUser,
                    AccountId = row.AccountId,
                    Toolkit = row.Toolkit,
                    Detail = $"{{\"enabled\":{(enabled ? "true" : "false")}}}",
                });
                if (enabled)
                {
                    await session.TellAsync(row.ProjectId, row.AccountId, WebhookEvents.AccountActive);
                }

                return 1;
            },
            ct);
        return new SuccessAnswer();
    }

    public static async Task<PatchedAccountAnswer> PatchAsync(
        CallerParameter caller, string id, PatchAccountRequest body, IDatabase database, ReplaceCredential replace, CancellationToken ct)
    {
        var row = await database.GetAccountAsync(caller, id, ct);
        var alias = body.Alias is "" ? null : WireText.Optional(body.Alias, "alias", 100);
        if (body.Alias is not null)
        {
            await RenameAsync(caller, row, alias, database, ct);
        }

        if (body.Connection is { } connection)
        {
            await replace.RunAsync(caller, row, connection.State ?? new StateRequest(), ct);
            row = await database.GetAccountAsync(caller, id, ct);
        }

        return new PatchedAccountAnswer { Id = row.AccountId.ToString(), Status = row.Status.WireName() };
    }

    private static Task RenameAsync(Caller caller, AccountRow row, string? alias, IDatabase database, CancellationToken ct) =>
        database.WriteAsync(
            RowScope.Of(row.ProjectId),
            async session =>
            {
                var taken = alias is not null && await session.FindAsync<int>(
                    """
                    select 1 from account where project_id = @ProjectId and user_id = @UserId and toolkit = @Toolkit and alias = @alias
                      and account_id <> @AccountId
                    """,
                    new { row.ProjectId, row.UserId, row.Toolkit, alias, row.AccountId }) == 1;
                if (taken)
                {
                    throw new Problem(Refusal.Conflict, "Another account of the user has this alias.", "Choose another alias.");
                }

                await session.ExecuteAsync(
                    "update account set alias = @alias, updated_at = behalf_now() where project_id = @ProjectId and account_id = @AccountId",
                    new { row.ProjectId, row.AccountId, alias });
                await session.AppendAsync(AuditEvent.By(caller, AuditActions.AccountUpdated) with
                {
                    UserId = row.ExternalUser,
                    AccountId = row.AccountId,
                    Toolkit = row.Toolkit,
                });
            },
            ct);
}
