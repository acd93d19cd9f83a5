using Behalf.Storage;
using Behalf.Wire;

namespace Behalf.Accounts;

internal sealed record UserAnswer
{
    public required string UserId { get; init; }

    public required string CreatedAt { get; init; }

    public required IReadOnlyList<UserConnection> ConnectedAccounts { get; init; }
}

internal sealed record UserConnection
{
    public required string Id { get; init; }

    public required string Toolkit { get; init; }

    public required string? Alias { get; init; }

    public required string Status { get; init; }

    public required string? StatusReason { get; init; }

    public required string CreatedAt { get; init; }
}

/// <summary><c>GET /users</c>: the project's users with what each has connected, page by page.</summary>
internal static class ListUsers
{
    public static async Task<Page<UserAnswer>> HandleAsync(
        CallerParameter caller, int? limit, string? cursor, IDatabase database, CancellationToken ct)
    {
        var page = PageRequest.Parse(limit, cursor, most: 200);
        var project = caller.Caller.Project;
        var users = await database.QueryAsync<UserRow>(
            RowScope.Of(project),
            """
            select user_id, external_id, created_at from app_user
            where project_id = @project and (created_at < @key or (created_at = @key and user_id < @id))
            order by created_at desc, user_id desc limit @most
            """,
            new { project, key = page.After?.Key ?? long.MaxValue, id = page.After?.Id ?? [], most = page.Limit + 1 },
            ct);
        var total = await database.FindAsync<int>(
            RowScope.Of(project), "select count(*) from app_user where project_id = @project", new { project }, ct);
        var accounts = users.Count == 0
            ? []
            : await database.QueryAsync<AccountRow>(
                RowScope.Of(project),
                $"select {AccountStore.Columns} from account where project_id = @project and user_id in @users order by created_at desc",
                new { project, users = users.Select(u => u.UserId.ToBytes()).ToList() },
                ct);
        var byUser = accounts.ToLookup(account => account.UserId);
        return page.ToPage(users, total, user => Show(user, byUser[user.UserId]), user => (user.CreatedAt, user.UserId.ToBytes()));
    }

    private static UserAnswer Show(UserRow user, IEnumerable<AccountRow> accounts) => new()
    {
        UserId = user.ExternalId,
        CreatedAt = WireText.Time(user.CreatedAt),
        ConnectedAccounts = [.. accounts.Select(account => new UserConnection
        {
            Id = account.AccountId.ToString(),
            Toolkit = account.Toolkit,
            Alias = account.Alias,
            Status = account.Status.WireName(),
            StatusReason = account.StatusReason,
            CreatedAt = WireText.Time(account.CreatedAt),
        })],
    };

    private sealed record UserRow
    {
        public required Id<IdKinds.User> UserId { get; init; }

        public required string ExternalId { get; init; }

        public required long CreatedAt { get; init; }
    }
}
