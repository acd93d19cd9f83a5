using Behalf.Audit;
using Behalf.Storage;
using Behalf.Vault;
using Behalf.Wire;

namespace Behalf.Projects.Webhooks;

/// <summary>Webhook subscriptions: made, listed, changed, ended.</summary>
internal sealed class ManageWebhooks(IDatabase database, SecretVault vault, WebhookTarget target)
{
    private const int MostOfAProject = 10;

    public static async Task<IResult> CreateAsync(
        CallerParameter caller, WebhookRequest body, ManageWebhooks manage, CancellationToken ct) =>
        TypedResults.Json(await manage.CreateAsync(caller.Caller, body, ct), statusCode: 201);

    public static Task<Page<WebhookAnswer>> ListAsync(
        CallerParameter caller, int? limit, string? cursor, ManageWebhooks manage, CancellationToken ct) =>
        manage.ListAsync(caller.Caller.Project, PageRequest.Parse(limit, cursor), ct);

    public static async Task<WebhookAnswer> GetAsync(CallerParameter caller, string id, IDatabase database, CancellationToken ct) =>
        WebhookAnswer.From(await database.GetWebhookAsync(caller.Caller.Project, WireText.Id<IdKinds.Webhook>(id), ct));

    public static Task<WebhookAnswer> UpdateAsync(
        CallerParameter caller, string id, WebhookRequest body, ManageWebhooks manage, CancellationToken ct) =>
        manage.UpdateAsync(caller, WireText.Id<IdKinds.Webhook>(id), body, ct);

    public static async Task<DeletedWebhookAnswer> DeleteAsync(
        CallerParameter caller, string id, IDatabase database, CancellationToken ct)
    {
        var (project, webhook) = (caller.Caller.Project, WireText.Id<IdKinds.Webhook>(id));
        await database.WriteAsync(
            RowScope.Of(project),
            async session =>
            {
                await session.GetWebhookAsync(project, webhook);
                await session.DropJobsAsync(project, webhook);
                await session.DestroySecretsAsync(project, webhook.As<IdKinds.SecretOwner>());
                await session.ExecuteAsync(
                    """
                    delete from webhook_attempt where project_id = @project and delivery_id in
                      (select delivery_id from webhook_delivery where project_id = @project and webhook_id = @webhook)
                    """,
                    new { project, webhook });
                await session.ExecuteAsync(
                    "delete from webhook_delivery where project_id = @project and webhook_id = @webhook", new { project, webhook });
                await session.ExecuteAsync(
                    "delete from webhook where project_id = @project and webhook_id = @webhook", new { project, webhook });
                await session.AppendAsync(Told(caller, AuditActions.WebhookDeleted, webhook));
            },
            ct);
        return new DeletedWebhookAnswer();
    }

    public static EventTypesAnswer ListEventTypes() => new()
    {
        Items = [.. WebhookEvents.All.Select(type => new EventTypeAnswer { EventType = type.Name, Description = type.Description })],
    };

    internal static AuditEvent Told(Caller caller, string action, Id<IdKinds.Webhook> webhook) =>
        AuditEvent.By(caller, action) with { Detail = $"{{\"webhook_id\":\"{webhook}\"}}" };

    private async Task<WebhookAnswer> CreateAsync(Caller caller, WebhookRequest body, CancellationToken ct)
    {
        var (project, webhook) = (caller.Project, Id<IdKinds.Webhook>.New());
        var (url, events) = (target.Check(body.WebhookUrl), WebhookRequest.ReadEvents(body.EnabledEvents));
        var secrets = WebhookSecrets.New(former: null);
        var version = WebhookRequest.ReadVersion(body.Version);
        var @sealed = await vault.SealAsync(WebhookStore.PlaceOf(project, webhook, 1), secrets.ToBytes(), ct);
        var row = await database.WriteAsync(
            RowScope.Of(project),
            async session =>
            {
                await RequireRoomAsync(session, project);
                await SecretVault.StoreAsync(session, @sealed, Told(caller, AuditActions.WebhookCreated, webhook));
                return (await session.FindAsync<WebhookRow>(
                    $"""
                    insert into webhook (project_id, webhook_id, url, version, events, secret_version, report_due_at, created_at, updated_at)
                    values (@project, @webhook, @url, @version, @events, 1, case when @report then behalf_now() end, behalf_now(), behalf_now())
                    returning {WebhookStore.Columns}
                    """,
                    new { project, webhook, url, version, events, report = WantsReport(events) }))!;
            },
            ct);
        return WebhookAnswer.From(row, secrets.Present);
    }

    private async Task<Page<WebhookAnswer>> ListAsync(Id<IdKinds.Project> project, PageRequest page, CancellationToken ct)
    {
        var rows = await database.QueryAsync<WebhookRow>(
            RowScope.Of(project),
            $"""
            select {WebhookStore.Columns} from webhook
            where project_id = @project and (created_at < @key or (created_at = @key and webhook_id < @id))
            order by created_at desc, webhook_id desc limit @most
            """,
            new { project, key = page.After?.Key ?? long.MaxValue, id = page.After?.Id ?? [], most = page.Limit + 1 },
            ct);
        var total = await database.FindAsync<int>(
            RowScope.Of(project), "select count(*) from webhook where project_id = @project", new { project }, ct);
        return page.ToPage(rows, total, row => WebhookAnswer.From(row), row => (row.CreatedAt, row.WebhookId.ToBytes()));
    }

    private async Task<WebhookAnswer> UpdateAsync(Caller caller, Id<IdKinds.Webhook> webhook, WebhookRequest body, CancellationToken ct)
    {
        var project = caller.Project;
        var url = body.WebhookUrl is null ? null : target.Check(body.WebhookUrl);
        var events = body.EnabledEvents is null ? null : WebhookRequest.ReadEvents(body.EnabledEvents);
        var version = body.Version is null ? (short?)null : WebhookRequest.ReadVersion(body.Version);
        return await database.WriteAsync(
            RowScope.Of(project),
            async session =>
            {
                var old = await session.GetWebhookAsync(project, webhook);
                if (body.Enabled == false)
                {
                    await session.DisableWebhookAsync(project, webhook, DisabledReasons.ByRequest);
                }

                var wanted = events ?? old.Events;
                var updated = await session.FindAsync<WebhookRow>(
                    $"""
                    update webhook set url = @url, version = @version, events = @wanted, updated_at = behalf_now(),
                      report_due_at = case when @report then coalesce(report_due_at, behalf_now()) end,
                      failing_since = case when @revive then null else failing_since end,
                      disabled_at = case when @revive then null else disabled_at end,
                      disabled_reason = case when @revive then null else disabled_reason end
                    where project_id = @project and webhook_id = @webhook returning {WebhookStore.Columns}
                    """,
                    new
                    {
                        project,
                        webhook,
                        url = url ?? old.Url,
                        version = version ?? old.Version,
                        wanted,
                        report = WantsReport(wanted),

                        // An SDK's way to set up a subscription again is to name its URL again.
                        revive = body.Enabled ?? url is not null,
                    });
                await session.AppendAsync(Told(caller, AuditActions.WebhookUpdated, webhook));
                return WebhookAnswer.From(updated!);
            },
            ct);
    }

    /// <summary>Under the project's row, so that two requests at once do not both take the last place.</summary>
    private static async ValueTask RequireRoomAsync(WriteSession session, Id<IdKinds.Project> project)
    {
        await session.FindAsync<int>($"select 1 from project where project_id = @project{session.ForUpdate}", new { project });
        if (await session.FindAsync<int>("select count(*) from webhook where project_id = @project", new { project }) >= MostOfAProject)
        {
            throw new Problem(
                Refusal.Conflict, $"A project has at most {MostOfAProject} webhook subscriptions.", "Delete one that is not needed, or change it.");
        }
    }

    private static bool WantsReport(string events) => events.Split(' ').Contains(WebhookEvents.ExpiryReport);
}
