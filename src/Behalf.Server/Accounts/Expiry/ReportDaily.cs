using System.Text.Json;
using System.Text.Json.Nodes;
using Behalf.Projects.Webhooks;
using Behalf.Storage;
using Behalf.Wire;

namespace Behalf.Accounts.Expiry;

/// <summary>Sends the expiry report once a day to the webhooks that want it: the numbers, and the first accounts in full.</summary>
internal sealed class ReportDaily(IDatabase database, ExpiryReport report, TimeProvider clock, ILogger<ReportDaily> log)
    : Rounds("expiry reports", TimeSpan.FromSeconds(30), clock, log)
{
    private const int Day = 24 * 60 * 60 * 1000;
    private const int Shown = 100;

    /// <summary>Reports to one webhook whose time has come; false if there is none.</summary>
    public async Task<bool> RunOnceAsync(CancellationToken ct)
    {
        var due = await database.FindAsync<WebhookRow>(
            RowScope.System,
            $"""
            select {WebhookStore.Columns} from webhook
            where report_due_at <= behalf_now() and disabled_at is null order by report_due_at limit 1
            """,
            null,
            ct);
        if (due is null)
        {
            return false;
        }

        var content = await ContentAsync(due.ProjectId, ct);
        await database.WriteAsync(
            RowScope.Of(due.ProjectId),
            async session =>
            {
                // Of several nodes that made it, the one that moves the time on sends it. A day that was missed is not made up for.
                var moved = await session.ExecuteAsync(
                    """
                    update webhook set report_due_at = behalf_now() + @Day
                    where project_id = @ProjectId and webhook_id = @WebhookId and report_due_at = @ReportDueAt and disabled_at is null
                    """,
                    new { due.ProjectId, due.WebhookId, due.ReportDueAt, Day });
                if (moved == 1)
                {
                    await session.DeliverAsync([due], await session.EnvelopeAsync(due.ProjectId, WebhookEvents.ExpiryReport, content));
                }
            },
            ct);
        return true;
    }

    protected override Task<bool> RunRoundAsync(CancellationToken ct) => RunOnceAsync(ct);

    private async Task<EventContent> ContentAsync(Id<IdKinds.Project> project, CancellationToken ct)
    {
        var page = await report.RunAsync(project, ExpiryReport.UsualDays, PageRequest.Parse(Shown, cursor: null), ct);
        return new EventContent
        {
            Data = new JsonObject
            {
                ["within_days"] = ExpiryReport.UsualDays,
                ["total_items"] = page.TotalItems,
                ["items"] = JsonSerializer.SerializeToNode(page.Items, AccountsJson.Default.IReadOnlyListExpiringAccountAnswer),
                ["next"] = page.NextCursor is { } cursor
                    ? $"/api/v3.1/connected_accounts/expiry_report?limit={Shown}&cursor={cursor}"
                    : null,
            },
        };
    }
}
