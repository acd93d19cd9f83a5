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
        CallerParameter caller, UpdateProjectRequest body, IDatabase database, CancellationToken ct)
    {
        var project = caller.Caller.Project;
        var name = WireText.Optional(body.Name, "name", 200);
        return await database.WriteAsync(
            RowScope.Of(project),
            async session =>
            {
                var row = await session.FindAsync<ProjectRow>(
                    $"select {ProjectStore.Columns} from project where project_id = @project{session.ForUpdate}", new { project });
                var old = ProjectSettings.Parse(row!.Settings);
                var settings = (old with
                {
                    CallbackUrls = body.CallbackUrls ?? old.CallbackUrls,
                    ConnectVerification = body.ConnectVerification ?? old.ConnectVerification,
                    VerifierUrl = body.VerifierUrl is "" ? null : body.VerifierUrl ?? old.VerifierUrl,
                    Branding = body.Branding ?? old.Branding,
                }).Checked();
                var updated = await session.FindAsync<ProjectRow>(
                    $"""
                    update project set name = @name, settings = @settings, updated_at = behalf_now()
                    where project_id = @project returning {ProjectStore.Columns}
                    """,
                    new { project, name = name ?? row.Name, settings = settings.ToText() });
                await session.AppendAsync(AuditEvent.By(caller, AuditActions.ProjectUpdated));
                return ProjectAnswer.From(updated!);
            },
            ct);
    }
}
