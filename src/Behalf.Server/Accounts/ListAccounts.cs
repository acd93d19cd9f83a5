using Behalf.Catalog;
using Behalf.Storage;
using Behalf.Wire;
using Microsoft.AspNetCore.Mvc;

namespace Behalf.Accounts;

/// <summary><c>GET /connected_accounts</c>: exact filters, pages by cursor. A user key sees its own user's accounts alone.</summary>
internal sealed class ListAccounts(IDatabase database, ToolCatalog catalog)
{
    internal sealed record Filters
    {
        [FromQuery(Name = "toolkit_slugs")]
        public string? ToolkitSlugs { get; init; }

        [FromQuery(Name = "statuses")]
        public string? Statuses { get; init; }

        [FromQuery(Name = "user_ids")]
        public string? UserIds { get; init; }

        [FromQuery(Name = "auth_config_ids")]
        public string? AuthConfigIds { get; init; }

        [FromQuery(Name = "connected_account_ids")]
        public string? ConnectedAccountIds { get; init; }

        [FromQuery(Name = "order_by")]
        public string? OrderBy { get; init; }

        [FromQuery(Name = "order_direction")]
        public string? OrderDirection { get; init; }

        [FromQuery(Name = "limit")]
        public int? Limit { get; init; }

        [FromQuery(Name = "cursor")]
        public string? Cursor { get; init; }
    }

    public static async Task<Page<AccountAnswer>> HandleAsync(
        CallerParameter caller, [AsParameters] Filters filters, ListAccounts list, CancellationToken ct) =>
        await list.RunAsync(caller, filters, ct);

    public async Task<Page<AccountAnswer>> RunAsync(Caller caller, Filters filters, CancellationToken ct)
    {
        var page = PageRequest.Parse(filters.Limit, filters.Cursor, most: 1000);
        var (where, args) = Where(caller, filters);
        var column = filters.OrderBy switch
        {
            null or "" or "created_at" => "created_at",
            "updated_at" => "updated_at",
            _ => throw new Problem(Refusal.InvalidRequest, "order_by is created_at or updated_at."),
        };
        var (order, beyond, start) = filters.OrderDirection?.ToLowerInvariant() switch
        {
            null or "" or "desc" => ("desc", "<", long.MaxValue),
            "asc" => ("asc", ">", long.MinValue),
            _ => throw new Problem(Refusal.InvalidRequest, "order_direction is asc or desc."),
        };
        args.Add("key", page.After?.Key ?? start);
        args.Add("id", page.After?.Id ?? []);
        args.Add("most", page.Limit + 1);
        var scope = RowScope.Of(caller.Project);
        var rows = await database.QueryAsync<Row>(
            scope,
            $"""
            select {string.Join(", ", AccountStore.Columns.Split(',').Select(c => "a." + c.Trim()))}, c.managed, c.enabled as config_enabled
            from account a join auth_config c on c.project_id = a.project_id and c.auth_config_id = a.auth_config_id
            where {where} and (a.{column} {beyond} @key or (a.{column} = @key and a.account_id {beyond} @id))
            order by a.{column} {order}, a.account_id {order} limit @most
            """,
            args,
            ct);
        var total = await database.FindAsync<int>(scope, $"select count(*) from account a where {where}", args, ct);
        return page.ToPage(
            rows,
            total,
            row => ShowAccount.Show(row, row.Managed, row.ConfigEnabled),
            row => (column == "created_at" ? row.CreatedAt : row.UpdatedAt, row.AccountId.ToBytes()));
    }

    /// <summary>A filter that was given and holds nothing that could match, matches nothing.</summary>
    private (string Where, Dapper.DynamicParameters Args) Where(Caller caller, Filters filters)
    {
        var args = new Dapper.DynamicParameters();
        args.Add("project", caller.Project.ToBytes());
        var where = new List<string> { "a.project_id = @project" };
        void Narrow<T>(string column, IReadOnlyList<T>? values)
        {
            if (values is null)
            {
                return;
            }

            where.Add(values.Count == 0 ? "1 = 0" : $"a.{column} in @{column}");
            args.Add(column, values);
        }

        Narrow("toolkit", QueryText.List(filters.ToolkitSlugs)?.Select(s => catalog.TryGetToolkit(s, out var t) ? t.Slug : s.ToLowerInvariant()).ToList());
        Narrow("status", QueryText.List(filters.Statuses)?.Select(AccountStatuses.Parse).OfType<AccountStatus>().Select(s => (short)s).ToList());
        Narrow("auth_config_id", QueryText.Ids<IdKinds.AuthConfig>(filters.AuthConfigIds)?.Select(i => i.ToBytes()).ToList());
        Narrow("account_id", QueryText.Ids<IdKinds.Account>(filters.ConnectedAccountIds)?.Select(i => i.ToBytes()).ToList());
        var users = QueryText.List(filters.UserIds);
        if (caller.BoundUser is { } bound)
        {
            if (users is not null && users.Any(user => user != bound))
            {
                throw new Problem(Refusal.ForeignUser);
            }

            users = [bound];
        }

        Narrow("external_user", users);
        if (caller.Toolkits is { } toolkits)
        {
            where.Add(toolkits.Count == 0 ? "1 = 0" : "a.toolkit in @limited");
            args.Add("limited", toolkits.ToList());
        }

        return (string.Join(" and ", where), args);
    }

    /// <summary>An account with what of its config a list shows.</summary>
    internal sealed record Row : AccountRow
    {
        public required bool Managed { get; init; }

        public required bool ConfigEnabled { get; init; }
    }
}
