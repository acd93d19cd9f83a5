namespace Behalf.Storage;

/// <summary>Whose rows a statement may see: row-level security enforces it on PostgreSQL, beside the query's own
/// <c>project_id = …</c>.</summary>
internal readonly record struct RowScope
{
    private RowScope(Id<IdKinds.Project>? project) => Project = project;

    /// <summary>Null for the system's own work.</summary>
    public Id<IdKinds.Project>? Project { get; }

    /// <summary>Sweeps, the sealer, the outbox, and the look-up of a credential before its project is known.</summary>
    public static RowScope System { get; } = new(null);

    public static RowScope Of(Id<IdKinds.Project> project) => new(project);
}
