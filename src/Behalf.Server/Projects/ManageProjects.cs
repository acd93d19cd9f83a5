using Behalf.Audit;
using Behalf.Projects.ApiKeys;
using Behalf.Storage;
using Behalf.Wire;

namespace Behalf.Projects;

internal record OwnedProjectAnswer
{
    public required string Id { get; init; }

    public string OrgId { get; init; } = "ok_self_hosted";

    public required string Name { get; init; }

    public string Email { get; init; } = "";

    public required string CreatedAt { get; init; }

    public required string UpdatedAt { get; init; }

    public string? WebhookUrl { get; init; }

    public string? EventWebhookUrl { get; init; }

    public string? WebhookSecret { get; init; }

    public bool TriggersEnabled { get; init; }

    public string WebhookVersion { get; init; } = "V3";

    public bool Deleted { get; init; }
}

internal sealed record OwnedProjectDetail : OwnedProjectAnswer
{
    public required IReadOnlyList<ApiKeyAnswer> ApiKeys { get; init; }
}

internal sealed record OwnedProjectsPage
{
    public required IReadOnlyList<OwnedProjectAnswer> Data { get; init; }

    public required string? NextCursor { get; init; }

    public required int TotalPages { get; init; }

    public required int CurrentPage { get; init; }

    public required int TotalItems { get; init; }
}

internal sealed record RegeneratedKeyAnswer
{
    public required ApiKeyAnswer ApiKey { get; init; }

    public required string Message { get; init; }
}

/// <summary>The operator's view of all projects; takes the admin key alone.</summary>
internal static class ManageProjects
{
    public static async Task<OwnedProjectsPage> ListAsync(int? limit, string? cursor, IDatabase database, CancellationToken ct)
    {
        var page = PageRequest.Parse(limit, cursor);
        var rows = await database.QueryAsync<ProjectRow>(
            RowScope.System,
            $"""
            select {ProjectStore.Columns} from project
            where created_at < @key or (created_at = @key and project_id < @id)
            order by created_at desc, project_id desc limit @most
            """,
            new { key = page.After?.Key ?? long.MaxValue, id = page.After?.Id ?? [], most = page.Limit + 1 },
            ct);
        var total = await database.FindAsync<int>(RowScope.System, "select count(*) from project", null, ct);
        var shown = page.ToPage(rows, total, Show, row => (row.CreatedAt, row.ProjectId.ToBytes()));
        return new OwnedProjectsPage
        {
            Data = shown.Items,
            NextCursor = shown.NextCursor,
            TotalPages = shown.TotalPages,
            CurrentPage = shown.CurrentPage,
            TotalItems = shown.TotalItems,
        };

        static OwnedProjectAnswer Show(ProjectRow row) => new()
        {
            Id = row.ProjectId.ToString(),
            Name = row.Name,
            CreatedAt = WireText.Time(row.CreatedAt),
            UpdatedAt = WireText.Time(row.UpdatedAt),
        };
    }

    public static async Task<OwnedProjectDetail> GetAsync(string id, IDatabase database, CancellationToken ct)
    {
        var row = await FindAsync(id, database, ct);
        var keys = await database.QueryAsync<ApiKeyRow>(
            RowScope.Of(row.ProjectId),
            $"select {ApiKeyStore.Columns} from api_key where project_id = @ProjectId and kind = 1 order by created_at",
            new { row.ProjectId },
            ct);
        return new OwnedProjectDetail
        {
            Id = row.ProjectId.ToString(),
            Name = row.Name,
            CreatedAt = WireText.Time(row.CreatedAt),
            UpdatedAt = WireText.Time(row.UpdatedAt),
            // The published wire has a key in each. Its text is shown once, when it is made: here stands the part that is public.
            ApiKeys = [.. keys.Select(key => ApiKeyAnswer.From(key) with { Key = key.Hint })],
        };
    }

    /// <summary>Gives the project a fresh key and ends all that it had: for a key that was lost or leaked.</summary>
    public static async Task<RegeneratedKeyAnswer> RegenerateKeyAsync(
        CallerParameter caller, string id, IDatabase database, CancellationToken ct)
    {
        var project = (await FindAsync(id, database, ct)).ProjectId;
        var because = AuditEvent.By(caller, AuditActions.KeyRotated) with { ProjectId = project };
        var (text, row) = await database.WriteAsync(
            RowScope.Of(project),
            async session =>
            {
                await session.ExecuteAsync(
                    "update api_key set revoked_at = behalf_now() where project_id = @project and kind = 1 and revoked_at is null",
                    new { project });
                return await session.CreateKeyAsync(
                    project, new NewApiKey { Kind = KeyKinds.Project, Name = "regenerated key" }, because);
            },
            ct);
        return new RegeneratedKeyAnswer
        {
            ApiKey = ApiKeyAnswer.From(row, text),
            Message = "All earlier keys of the project are revoked.",
        };
    }

    private static async Task<ProjectRow> FindAsync(string id, IDatabase database, CancellationToken ct) =>
        await database.FindProjectAsync(WireText.Id<IdKinds.Project>(id), ct) ?? throw new Problem(Refusal.NotFound);
}
