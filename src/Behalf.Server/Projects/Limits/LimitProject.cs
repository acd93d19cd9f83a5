using System.Text.Json;
using Behalf.Audit;
using Behalf.Storage;
using Behalf.Wire;

namespace Behalf.Projects.Limits;

/// <summary>What a project is granted in place of the instance's own limits; null means those, 0 means none.</summary>
internal sealed record ProjectLimits
{
    public int? RequestsPerMinute { get; init; }

    /// <summary>Tool calls under way at the same time, and as many other requests.</summary>
    public int? CallsAtOnce { get; init; }
}

/// <summary>Gives a project limits of its own. For the operator: a project does not set what protects others from it.</summary>
internal sealed class LimitProject(IDatabase database)
{
    private const string Columns = "requests_per_minute, calls_at_once";
    private const int MostPerMinute = 60_000_000;
    private const int MostAtOnce = 100_000;

    /// <summary>Holds from each key's next request on, on every node.</summary>
    /// <exception cref="Problem">There is no such project, or a number is out of range.</exception>
    public async Task<ProjectLimits> RunAsync(Id<IdKinds.Project> project, ProjectLimits limits, AuditEvent because, CancellationToken ct)
    {
        if (limits.RequestsPerMinute is < 0 or > MostPerMinute || limits.CallsAtOnce is < 0 or > MostAtOnce)
        {
            throw new Problem(
                Refusal.InvalidRequest, $"requests_per_minute is 0 to {MostPerMinute}, calls_at_once 0 to {MostAtOnce}; null for the instance's own.");
        }

        return await database.WriteAsync(
            RowScope.Of(project),
            async session =>
            {
                var row = await session.FindAsync<ProjectLimits>(
                    $"""
                    update project set requests_per_minute = @RequestsPerMinute, calls_at_once = @CallsAtOnce, updated_at = behalf_now()
                    where project_id = @project returning {Columns}
                    """,
                    new { project, limits.RequestsPerMinute, limits.CallsAtOnce }) ?? throw new Problem(Refusal.NotFound);
                var detail = JsonSerializer.Serialize(limits, ProjectsWireJson.Default.ProjectLimits);
                await session.AppendAsync(because with { ProjectId = project, Detail = $"{{\"limits\":{detail}}}" });
                return row;
            },
            ct);
    }

    public async Task<ProjectLimits> FindAsync(Id<IdKinds.Project> project, CancellationToken ct) =>
        await database.FindAsync<ProjectLimits>(
            RowScope.Of(project), $"select {Columns} from project where project_id = @project", new { project }, ct)
        ?? throw new Problem(Refusal.NotFound);

    public static Task<ProjectLimits> GetAsync(string id, LimitProject limit, CancellationToken ct) =>
        limit.FindAsync(WireText.Id<IdKinds.Project>(id), ct);

    public static Task<ProjectLimits> HandleAsync(
        CallerParameter caller, string id, ProjectLimits body, LimitProject limit, CancellationToken ct) =>
        limit.RunAsync(WireText.Id<IdKinds.Project>(id), body, AuditEvent.By(caller, AuditActions.ProjectUpdated), ct);
}
