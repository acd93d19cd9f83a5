using Behalf.Storage;

namespace Behalf.Projects;

internal sealed record ProjectRow
{
    public required Id<IdKinds.Project> ProjectId { get; init; }

    public required string Name { get; init; }

    public required string Settings { get; init; }

    public required long CreatedAt { get; init; }

    public required long UpdatedAt { get; init; }
}

internal static class ProjectStore
{
    public const string Columns = "project_id, name, settings, created_at, updated_at";

    public static Task<ProjectRow?> FindProjectAsync(this IDatabase database, Id<IdKinds.Project> project, CancellationToken ct) =>
        database.FindAsync<ProjectRow>(
            RowScope.Of(project), $"select {Columns} from project where project_id = @project", new { project }, ct);

    public static async Task<ProjectSettings> GetSettingsAsync(
        this IDatabase database, Id<IdKinds.Project> project, CancellationToken ct) =>
        await database.FindProjectAsync(project, ct) is { } row
            ? ProjectSettings.Parse(row.Settings)
            : throw new Problem(Refusal.NotFound);
}
