using Behalf.Accounts.Refresh;
using Behalf.Storage;
using Behalf.Wire;

namespace Behalf.Accounts.Expiry;

/// <summary>Why an account is in the report although it is ACTIVE. Part of the wire, beside the reasons of its status.</summary>
internal static class ExpiryReasons
{
    /// <summary>Its credential ends soon, and nothing can renew it but its user.</summary>
    public const string ExpiresSoon = "expires_soon";

    /// <summary>Its credential has ended and the provider does not renew it for the time being. It may recover by itself.</summary>
    public const string RefreshFailing = "refresh_failing";
}

/// <summary>An account of the report, with when its credential ends.</summary>
internal sealed record ExpiringRow : AccountRow
{
    public required long? ExpiresAt { get; init; }

    public required bool IsRenewable { get; init; }
}

/// <summary>Who has to connect again: accounts that are EXPIRED or FAILED, and those that soon will be.</summary>
internal sealed class ExpiryReport(IDatabase database)
{
    public const int UsualDays = 7;
    public const int MostDays = 90;

    /// <summary>What a refresher takes care of is no matter for this report, unless its care fails.</summary>
    private const string Filter =
        """
        a.project_id = @project and (a.status in (@failed, @expired) or (a.status = @active and r.status = 0 and (
          (r.due_at = @never and r.expires_at <= behalf_now() + @withinMs)
          or (r.due_at < @never and r.last_error is not null and r.expires_at <= behalf_now()))))
        """;

    private const string From =
        "account a left join account_refresh r on r.project_id = a.project_id and r.account_id = a.account_id";

    private static readonly string Columns = string.Join(", ", AccountStore.Columns.Split(',').Select(column => "a." + column.Trim()))
        + ", r.expires_at, coalesce(r.due_at, @never) < @never as is_renewable";

    public static Task<Page<ExpiringAccountAnswer>> HandleAsync(
        CallerParameter caller,
        [Microsoft.AspNetCore.Mvc.FromQuery(Name = "within_days")] int? withinDays,
        int? limit,
        string? cursor,
        ExpiryReport report,
        CancellationToken ct) =>
        report.RunAsync(caller.Caller.Project, withinDays ?? UsualDays, PageRequest.Parse(limit, cursor), ct);

    public async Task<Page<ExpiringAccountAnswer>> RunAsync(
        Id<IdKinds.Project> project, int withinDays, PageRequest page, CancellationToken ct)
    {
        if (withinDays is < 0 or > MostDays)
        {
            throw new Problem(Refusal.InvalidRequest, $"within_days is 0 to {MostDays}.");
        }

        var args = new
        {
            project,
            failed = AccountStatus.Failed,
            expired = AccountStatus.Expired,
            active = AccountStatus.Active,
            never = RefreshSchedule.Never,
            withinMs = (long)TimeSpan.FromDays(withinDays).TotalMilliseconds,
            key = page.After?.Key ?? long.MaxValue,
            id = page.After?.Id ?? [],
            most = page.Limit + 1,
        };
        var scope = RowScope.Of(project);
        var rows = await database.QueryAsync<ExpiringRow>(
            scope,
            $"""
            select {Columns} from {From}
            where {Filter} and (a.created_at < @key or (a.created_at = @key and a.account_id < @id))
            order by a.created_at desc, a.account_id desc limit @most
            """,
            args,
            ct);
        var total = await database.FindAsync<int>(scope, $"select count(*) from {From} where {Filter}", args, ct);
        return page.ToPage(rows, total, ExpiringAccountAnswer.From, row => (row.CreatedAt, row.AccountId.ToBytes()));
    }
}
