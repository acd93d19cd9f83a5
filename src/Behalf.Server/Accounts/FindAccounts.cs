using Behalf.Storage;
using Behalf.Wire;

namespace Behalf.Accounts;

/// <summary>Which of a project's accounts are wanted. Null does not narrow; a list that is empty matches nothing.</summary>
internal sealed record AccountFilter
{
    /// <summary>The application's own names of its users, each exactly as it is.</summary>
    public IReadOnlyList<string>? Users { get; init; }

    /// <summary>Canonical slugs.</summary>
    public IReadOnlyList<string>? Toolkits { get; init; }

    public IReadOnlyList<AccountStatus>? Statuses { get; init; }

    public IReadOnlyList<Id<IdKinds.AuthConfig>>? AuthConfigs { get; init; }

    public IReadOnlyList<Id<IdKinds.Account>>? Accounts { get; init; }
}

/// <summary>An account with what of its config a list shows.</summary>
internal sealed record ListedAccount : AccountRow
{
    public required bool Managed { get; init; }

    public required bool ConfigEnabled { get; init; }
}

/// <summary>A stretch of the accounts that were found, and how many there are.</summary>
internal sealed record FoundAccounts(IReadOnlyList<ListedAccount> Rows, int Total);

/// <summary>Finds accounts of the caller's project; for a user key, of its user and its toolkits alone.</summary>
internal sealed class FindAccounts(IDatabase database)
{
    /// <summary>The page that the cursor names and one row more, by the time of creation or of the last change.</summary>
    public Task<FoundAccounts> PageAsync(
        Caller caller, AccountFilter filter, PageRequest page, bool byUpdate, bool ascending, CancellationToken ct)
    {
        var (where, args) = Where(caller, filter);
        var column = byUpdate ? "updated_at" : "created_at";
        var (order, beyond, start) = ascending ? ("asc", ">", long.MinValue) : ("desc", "<", long.MaxValue);
        args.Add("key", page.After?.Key ?? start);
        args.Add("id", page.After?.Id ?? []);
        args.Add("most", page.Limit + 1);
        return RunAsync(
            caller,
            where,
            $"and (a.{column} {beyond} @key or (a.{column} = @key and a.account_id {beyond} @id))",
            $"a.{column} {order}, a.account_id {order} limit @most",
            args,
            ct);
    }

    /// <summary>Those that work last, and the newest last among each: whoever makes a dictionary by toolkit of the list is
    /// left with an account that works, where there is one.</summary>
    public Task<FoundAccounts> WorkingLastAsync(Caller caller, AccountFilter filter, PageRequest page, CancellationToken ct)
    {
        var (where, args) = Where(caller, filter);
        args.Add("offset", page.Offset);
        args.Add("most", page.Limit);
        return RunAsync(
            caller,
            where,
            "",
            "case when a.status = 2 and c.enabled then 1 else 0 end, a.created_at, a.account_id limit @most offset @offset",
            args,
            ct);
    }

    private async Task<FoundAccounts> RunAsync(
        Caller caller, string where, string beyond, string order, Dapper.DynamicParameters args, CancellationToken ct)
    {
        var scope = RowScope.Of(caller.Project);
        var rows = await database.QueryAsync<ListedAccount>(
            scope,
            $"""
            select {string.Join(", ", AccountStore.Columns.Split(',').Select(c => "a." + c.Trim()))}, c.managed, c.enabled as config_enabled
            from account a join auth_config c on c.project_id = a.project_id and c.auth_config_id = a.auth_config_id
            where {where} {beyond} order by {order}
            """,
            args,
            ct);
        var total = await database.FindAsync<int>(scope, $"select count(*) from account a where {where}", args, ct);
        return new FoundAccounts(rows, total);
    }

    private static (string Where, Dapper.DynamicParameters Args) Where(Caller caller, AccountFilter filter)
    {
        var args = new Dapper.DynamicParameters();
        args.Add("project", caller.Project.ToBytes());
        var where = new List<string> { "a.project_id = @project" };
        void Narrow<T>(string column, string name, IEnumerable<T>? values)
        {
            if (values?.ToList() is { } wanted)
            {
                where.Add(wanted.Count == 0 ? "1 = 0" : $"a.{column} in @{name}");
                args.Add(name, wanted);
            }
        }

        Narrow("toolkit", "toolkits", filter.Toolkits);
        Narrow("status", "statuses", filter.Statuses?.Select(status => (short)status));
        Narrow("auth_config_id", "configs", filter.AuthConfigs?.Select(id => id.ToBytes()));
        Narrow("account_id", "accounts", filter.Accounts?.Select(id => id.ToBytes()));
        Narrow("toolkit", "limited", caller.Toolkits);
        if (Users(caller, filter) is { } users)
        {
            // By way of the user's row, which has an index; accounts have theirs by user.
            where.Add(users.Count == 0
                ? "1 = 0"
                : "a.user_id in (select user_id from app_user where project_id = @project and external_id in @users)");
            args.Add("users", users.ToList());
        }

        return (string.Join(" and ", where), args);
    }

    private static IReadOnlyList<string>? Users(Caller caller, AccountFilter filter)
    {
        if (caller.BoundUser is not { } bound)
        {
            return filter.Users;
        }

        return filter.Users?.Any(user => user != bound) == true ? throw new Problem(Refusal.ForeignUser) : [bound];
    }
}
