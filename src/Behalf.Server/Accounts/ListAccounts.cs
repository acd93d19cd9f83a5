using Behalf.Catalog;
using Behalf.Wire;
using Microsoft.AspNetCore.Mvc;

namespace Behalf.Accounts;

/// <summary><c>GET /connected_accounts</c>: exact filters, pages by cursor. A user key sees its own user's accounts alone.</summary>
internal sealed class ListAccounts(FindAccounts accounts, ToolCatalog catalog)
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

    private async Task<Page<AccountAnswer>> RunAsync(Caller caller, Filters filters, CancellationToken ct)
    {
        var page = PageRequest.Parse(filters.Limit, filters.Cursor, most: 1000);
        var byUpdate = filters.OrderBy switch
        {
            null or "" or "created_at" => false,
            "updated_at" => true,
            _ => throw new Problem(Refusal.InvalidRequest, "order_by is created_at or updated_at."),
        };
        var ascending = filters.OrderDirection?.ToLowerInvariant() switch
        {
            null or "" or "desc" => false,
            "asc" => true,
            _ => throw new Problem(Refusal.InvalidRequest, "order_direction is asc or desc."),
        };
        var found = await accounts.PageAsync(caller, Read(filters), page, byUpdate, ascending, ct);
        return page.ToPage(
            found.Rows,
            found.Total,
            row => ShowAccount.Show(row, row.Managed, row.ConfigEnabled),
            row => (byUpdate ? row.UpdatedAt : row.CreatedAt, row.AccountId.ToBytes()));
    }

    /// <summary>A filter that was given and holds nothing that could match, matches nothing.</summary>
    private AccountFilter Read(Filters filters) => new()
    {
        Users = QueryText.List(filters.UserIds),
        Toolkits = QueryText.List(filters.ToolkitSlugs)?.Select(catalog.CanonicalToolkit).ToList(),
        Statuses = QueryText.List(filters.Statuses)?.Select(AccountStatuses.Parse).OfType<AccountStatus>().ToList(),
        AuthConfigs = QueryText.Ids<IdKinds.AuthConfig>(filters.AuthConfigIds),
        Accounts = QueryText.Ids<IdKinds.Account>(filters.ConnectedAccountIds),
    };
}
