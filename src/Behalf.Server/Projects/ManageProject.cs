using Behalf.Audit;
using Behalf.Storage;
using Behalf.Wire;

namespace Behalf.Projects;

internal sealed record ProjectAnswer
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required ProjectSettings Settings { get; init; }

    public required string CreatedAt { get; init; }

    public required string UpdatedAt { get; init; }

    public static ProjectAnswer From(ProjectRow row) => new()
    {
        Id = row.ProjectId.ToString(),
        Name = row.Name,
        Settings = ProjectSettings.Parse(row.Settings),
        CreatedAt = WireText.Time(row.CreatedAt),
        UpdatedAt = WireText.Time(row.UpdatedAt),
    };
}

internal sealed record UpdateProjectRequest
{
    public string? Name { get; init; }

    public IReadOnlyList<string>? CallbackUrls { get; init; }

    public string? ConnectVerification { get; init; }

    public string? VerifierUrl { get; init; }

    public Branding? Branding { get; init; }
}

/// <summary>The caller's own project: read and settled.</summary>
internal static class ManageProject
{
    public static async Task<ProjectAnswer> GetAsync(CallerParameter caller, IDatabase database, CancellationToken ct) =>
        await database.FindProjectAsync(caller.Caller.Project, ct) is { } row
            ? ProjectAnswer.From(row)
            : throw new Problem(Refusal.NotFound);

    public static async Task<ProjectAnswer> UpdateAsync(
        CallerParameter caller, UpdateProjectRequest body, IDatabase database, CancellationToken ct) =>
        ProjectAnswer.From(await ChangeAsync(
            caller,
            WireText.Optional(body.Name, "name", 200),
            old => old with
            {
                CallbackUrls = body.CallbackUrls ?? old.CallbackUrls,
                ConnectVerification = body.ConnectVerification ?? old.ConnectVerification,
                VerifierUrl = body.VerifierUrl is "" ? null : body.VerifierUrl ?? old.VerifierUrl,
                Branding = body.Branding ?? old.Branding,
            },
            database,
            ct));

    /// <summary>Changes the settings as they are at that moment: two changes at once both stay.</summary>
    public static async Task<ProjectRow> ChangeAsync(
        Caller caller, string? name, Func<ProjectSettings, ProjectSettings> change, IDatabase database, CancellationToken ct)
    {
        var project = caller.Project;
        return await database.WriteAsync(
            RowScope.Of(project),
            async session =>
            {
                var row = await session.FindAsync<ProjectRow>(
                    $"select {ProjectStore.Columns} from project where project_id = @project{session.ForUpdate}", new { project });
                var settings = change(ProjectSettings.Parse(row!.Settings)).Checked();
                var updated = await session.FindAsync<ProjectRow>(
                    $"""
                    update project set name = @name, settings = @settings, updated_at = behalf_now()
                    where project_id = @project returning {ProjectStore.Columns}
                    """,
                    new { project, name = name ?? row.Name, settings = settings.ToText() });
                await session.AppendAsync(AuditEvent.By(caller, AuditActions.ProjectUpdated));
                return updated!;
            },
            ct);
    }
}
