using Behalf.Accounts.AuthConfigs;
using Behalf.Audit;
using Behalf.Storage;
using Behalf.Vault;
using Behalf.Wire;
using Microsoft.AspNetCore.Mvc;

namespace Behalf.Accounts.Revocation;

internal sealed record RevokeAccountAnswer
{
    public required IReadOnlyList<string> RevokedTokens { get; init; }

    public required RevokedAccount ConnectedAccount { get; init; }

    /// <summary><c>revoked</c>, <c>queued</c>, <c>waits_for_sibling</c> or <c>not_supported</c>. Ours, not the published wire's.</summary>
    public required string Upstream { get; init; }
}

internal sealed record RevokedAccount
{
    public required string Id { get; init; }

    public required string Status { get; init; }
}

internal sealed record DeletedAnswer
{
    public bool Success { get; init; } = true;

    public string? RevokeJobId { get; init; }

    public required string Upstream { get; init; }
}

internal sealed record DeletedConfigAnswer
{
    public required int DeletedConnectedAccounts { get; init; }
}

internal sealed record DeletedUserAnswer
{
    public bool Success { get; init; } = true;

    public required int DeletedConnectedAccounts { get; init; }
}

/// <summary>The ends: of an account, of an auth config, of a user. Each takes everything of theirs along.</summary>
internal sealed class EndAccounts(IDatabase database, EndAccount end, RevokeUpstream upstream)
{
    private const int Batch = 100;

    public static Task<RevokeAccountAnswer> RevokeAsync(CallerParameter caller, string id, EndAccounts ends, CancellationToken ct) =>
        ends.RevokeAsync(caller.Caller, id, ct);

    public static Task<DeletedAnswer> DeleteAsync(
        CallerParameter caller, string id, [FromQuery(Name = "revoke_on_delete")] string? revoke, EndAccounts ends, CancellationToken ct) =>
        ends.DeleteAsync(caller.Caller, id, Wanted(revoke), ct);

    public static Task<DeletedConfigAnswer> DeleteConfigAsync(
        CallerParameter caller, string id, [FromQuery(Name = "revoke_on_delete")] string? revoke, EndAccounts ends, CancellationToken ct) =>
        ends.DeleteConfigAsync(caller.Caller, WireText.Id<IdKinds.AuthConfig>(id), Wanted(revoke), ct);

    public static Task<DeletedUserAnswer> DeleteUserAsync(
        CallerParameter caller, string userId, [FromQuery(Name = "revoke_on_delete")] string? revoke, EndAccounts ends, CancellationToken ct) =>
        ends.DeleteUserAsync(caller.Caller, WireText.UserId(userId), Wanted(revoke), ct);

    private async Task<RevokeAccountAnswer> RevokeAsync(Caller caller, string id, CancellationToken ct)
    {
        var account = await database.GetAccountAsync(caller, id, ct);
        if (account.Status is not (AccountStatus.Active or AccountStatus.Inactive or AccountStatus.Expired or AccountStatus.Revoked))
        {
            throw new Problem(Refusal.Conflict, $"An account that is {account.Status.WireName()} cannot be revoked.");
        }

        var (fate, job) = account.Status == AccountStatus.Revoked
            ? (UpstreamFate.NotSupported, null)
            : await end.RunAsync(account, delete: false, upstream: true, AuditEvent.By(caller, AuditActions.AccountRevoked), ct);
        var taken = job is { } queued ? await upstream.TryNowAsync(account.ProjectId, queued, CancellationToken.None) : null;
        return new RevokeAccountAnswer
        {
            RevokedTokens = taken ?? [],
            ConnectedAccount = new RevokedAccount { Id = account.AccountId.ToString(), Status = AccountStatus.Revoked.WireName() },
            Upstream = taken is { Count: > 0 } ? "revoked" : EndAccount.Name(fate),
        };
    }

    private async Task<DeletedAnswer> DeleteAsync(Caller caller, string id, bool revoke, CancellationToken ct)
    {
        var account = await database.GetAccountAsync(caller, id, ct);
        var (fate, job) = await end.RunAsync(account, delete: true, revoke, AuditEvent.By(caller, AuditActions.AccountDeleted), ct);
        var taken = job is { } queued ? await upstream.TryNowAsync(account.ProjectId, queued, CancellationToken.None) : null;
        return new DeletedAnswer
        {
            RevokeJobId = taken is null ? job?.ToString() : null,
            Upstream = taken is { Count: > 0 } ? "revoked" : EndAccount.Name(fate),
        };
    }

    private async Task<DeletedConfigAnswer> DeleteConfigAsync(Caller caller, Id<IdKinds.AuthConfig> config, bool revoke, CancellationToken ct)
    {
        var because = AuditEvent.By(caller, AuditActions.AuthConfigDeleted);
        if (await database.FindAuthConfigAsync(caller.Project, config, ct) is null)
        {
            throw new Problem(Refusal.NotFound);
        }

        // Switched off first, so that nobody connects behind the sweep.
        await database.WriteAsync(
            RowScope.Of(caller.Project),
            session => session.ExecuteAsync(
                "update auth_config set enabled = @off where project_id = @Project and auth_config_id = @config",
                new { caller.Project, config, off = false }),
            ct);
        var ended = await EndAllAsync(caller.Project, "auth_config_id = @owner", config.ToBytes(), revoke, because, ct);
        await database.WriteAsync(
            RowScope.Of(caller.Project),
            async session =>
            {
                await session.DestroySecretsAsync(caller.Project, config.As<IdKinds.SecretOwner>());
                await session.ExecuteAsync(
                    "delete from auth_config where project_id = @Project and auth_config_id = @config", new { caller.Project, config });
                await session.AppendAsync(because with { Detail = $"{{\"auth_config\":\"{config}\",\"accounts\":{ended}}}" });
            },
            ct);
        return new DeletedConfigAnswer { DeletedConnectedAccounts = ended };
    }

    private async Task<DeletedUserAnswer> DeleteUserAsync(Caller caller, string name, bool revoke, CancellationToken ct)
    {
        var user = await database.FindAsync<byte[]>(
            RowScope.Of(caller.Project),
            "select user_id from app_user where project_id = @Project and external_id = @name",
            new { caller.Project, name },
            ct) ?? throw new Problem(Refusal.NotFound);
        var because = AuditEvent.By(caller, AuditActions.UserDeleted) with { UserId = name };

        // Keys first: whoever holds one must not connect behind the sweep.
        await database.WriteAsync(
            RowScope.Of(caller.Project),
            session => session.ExecuteAsync(
                "update api_key set revoked_at = behalf_now() where project_id = @Project and user_id = @user and revoked_at is null",
                new { caller.Project, user }),
            ct);
        var ended = await EndAllAsync(caller.Project, "user_id = @owner", user, revoke, because, ct);
        await database.WriteAsync(
            RowScope.Of(caller.Project),
            async session =>
            {
                await session.ExecuteAsync(
                    "delete from locator where project_id = @Project and id in (select key_id from api_key where project_id = @Project and user_id = @user)",
                    new { caller.Project, user });
                await session.ExecuteAsync("delete from api_key where project_id = @Project and user_id = @user", new { caller.Project, user });
                await session.ExecuteAsync("delete from app_user where project_id = @Project and user_id = @user", new { caller.Project, user });
                await session.AppendAsync(because with { Detail = $"{{\"accounts\":{ended}}}" });
            },
            ct);
        return new DeletedUserAnswer { DeletedConnectedAccounts = ended };
    }

    /// <summary>Ends them batch by batch. Tokens are taken back on the way until a provider does not answer: the rest is the
    /// outbox's, and whoever asked does not wait for one deadline after the other.</summary>
    public async Task<int> EndAllAsync(
        Id<IdKinds.Project> project, string filter, byte[] owner, bool revoke, AuditEvent because, CancellationToken ct)
    {
        var answering = true;
        for (var ended = 0; ;)
        {
            var accounts = await database.QueryAsync<AccountRow>(
                RowScope.Of(project),
                $"select {AccountStore.Columns} from account where project_id = @project and {filter} limit @Batch",
                new { project, owner, Batch },
                ct);
            if (accounts.Count == 0)
            {
                return ended;
            }

            foreach (var account in accounts)
            {
                var (done, job) = await TryEndAsync(account, revoke, because, ct);
                if (answering && job is { } queued)
                {
                    answering = await upstream.TryNowAsync(project, queued, CancellationToken.None) is not null;
                }

                ended += done ? 1 : 0;
            }
        }
    }

    /// <summary>False if somebody else deleted it meanwhile.</summary>
    private async Task<(bool Done, Id<IdKinds.Job>? Job)> TryEndAsync(AccountRow account, bool revoke, AuditEvent because, CancellationToken ct)
    {
        try
        {
            return (true, (await end.RunAsync(account, delete: true, revoke, because, ct)).Job);
        }
        catch (Problem p) when (p.Refusal == Refusal.NotFound)
        {
            return (false, null);
        }
    }

    public static bool Wanted(string? revoke) => !"false".Equals(revoke, StringComparison.OrdinalIgnoreCase);
}
