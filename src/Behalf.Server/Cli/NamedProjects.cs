using Behalf.Projects;
using Behalf.Storage;

namespace Behalf.Cli;

/// <summary>The projects that a command is about.</summary>
internal static class NamedProjects
{
    /// <summary>The one that was named, or all, oldest first.</summary>
    public static async Task<IReadOnlyList<Id<IdKinds.Project>>> ReadAsync(IServiceProvider services, string? only, CancellationToken ct)
    {
        if (only is not null)
        {
            return Id<IdKinds.Project>.TryParse(only, out var id) ? [id] : throw new FormatException($"{only} is no project id (pr_…).");
        }

        var rows = await services.GetRequiredService<IDatabase>().QueryAsync<ProjectRow>(
            RowScope.System, $"select {ProjectStore.Columns} from project order by created_at", null, ct);
        return [.. rows.Select(row => row.ProjectId)];
    }
}
