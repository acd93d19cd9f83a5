using Behalf.Keys;
using Behalf.Storage;

namespace Behalf.Vault;

internal enum ProjectKeyState : short
{
    /// <summary>Wraps what is new.</summary>
    Primary = 1,

    /// <summary>Opens what it wrapped, until nothing is left.</summary>
    Retired = 2,
}

/// <summary>A generation of a project's key, wrapped by a key provider.</summary>
internal sealed record ProjectKeyRow
{
    public const string Columns = "project_id, generation, scheme, kek_id, wrapped";

    public required Id<IdKinds.Project> ProjectId { get; init; }

    public required int Generation { get; init; }

    public required string Scheme { get; init; }

    public required string KekId { get; init; }

    public required byte[] Wrapped { get; init; }

    public static ProjectKeyRow From(Id<IdKinds.Project> project, int generation, WrappedKey wrapped) => new()
    {
        ProjectId = project,
        Generation = generation,
        Scheme = wrapped.Scheme,
        KekId = wrapped.KeyId,
        Wrapped = wrapped.Bytes,
    };

    public WrappedKey ToWrappedKey() => new() { Scheme = Scheme, KeyId = KekId, Bytes = Wrapped };

    public KeyContext Context(Id<IdKinds.Deployment> deployment) => new()
    {
        Use = KeyUse.ProjectKey,
        Deployment = deployment,
        Project = ProjectId,
        Generation = Generation,
    };
}

internal static class ProjectKeyStore
{
    public static Task<ProjectKeyRow?> FindProjectKeyAsync(
        this IDatabase database, Id<IdKinds.Project> project, int generation, CancellationToken ct) =>
        database.FindAsync<ProjectKeyRow>(
            RowScope.Of(project),
            $"select {ProjectKeyRow.Columns} from project_key where project_id = @project and generation = @generation",
            new { project, generation },
            ct);

    /// <summary>Holds a generation until the end of the transaction: it is not destroyed between this look and the data key
    /// that is put under it.</summary>
    public static async ValueTask RequireGenerationAsync(this WriteSession session, Id<IdKinds.Project> project, int generation)
    {
        _ = await session.FindAsync<int?>(
            $"select generation from project_key where project_id = @project and generation = @generation{session.ForKeyShare}",
            new { project, generation })
            ?? throw new Problem(Refusal.Conflict, "The project's key was replaced by somebody else at the same time.");
    }

    /// <summary>Keeps everybody else from sealing anything new for the project until the transaction ends.</summary>
    public static async ValueTask HoldProjectKeysAsync(this WriteSession session, Id<IdKinds.Project> project) =>
        await session.QueryAsync<int>($"select generation from project_key where project_id = @project{session.ForUpdate}", new { project });

    /// <summary>Makes the generation primary; false if another took its number meanwhile.</summary>
    public static async ValueTask<bool> AddProjectKeyAsync(this WriteSession session, ProjectKeyRow key)
    {
        await session.ExecuteAsync(
            "update project_key set state = @Retired where project_id = @ProjectId and generation < @Generation",
            new { ProjectKeyState.Retired, key.ProjectId, key.Generation });
        var added = await session.ExecuteAsync(
            $"""
            insert into project_key ({ProjectKeyRow.Columns}, state, created_at)
            values (@ProjectId, @Generation, @Scheme, @KekId, @Wrapped, @Primary, behalf_now())
            on conflict (project_id, generation) do nothing
            """,
            new { key.ProjectId, key.Generation, key.Scheme, key.KekId, key.Wrapped, ProjectKeyState.Primary });
        return added == 1;
    }
}
