using Behalf.Audit;
using Behalf.Keys;
using Behalf.Storage;

namespace Behalf.Vault;

/// <summary>How many data keys a generation of a project's key still wraps.</summary>
internal sealed record GenerationCount
{
    public required int Generation { get; init; }

    public required ProjectKeyState State { get; init; }

    public required string Scheme { get; init; }

    public required string KekId { get; init; }

    public required long CreatedAt { get; init; }

    public required long DataKeys { get; init; }
}

/// <summary>The life of a project's key: made with the project, replaced by a next generation that wraps at once what is
/// new, destroyed when nothing is left under it. All of it while the server runs.</summary>
internal sealed class ProjectKeyGenerations(
    IDatabase database, ThisDeployment deployment, IKeyProvider provider, ProjectKeys projectKeys, BackupRetention retention,
    ILogger<ProjectKeyGenerations> log)
{
    /// <summary>Makes a generation of a key, to be stored by <see cref="ProjectKeyStore.AddProjectKeyAsync"/> in the
    /// transaction that needs it: the first one in the project's own.</summary>
    public async Task<ProjectKeyRow> NewAsync(Id<IdKinds.Project> project, int generation, CancellationToken ct)
    {
        projectKeys.ThrowIfSealed();
        var context = new KeyContext
        {
            Use = KeyUse.ProjectKey,
            Deployment = await deployment.IdAsync(ct),
            Project = project,
            Generation = generation,
        };
        using var key = SecretBuffer.Random(SealingKey.KeyLength);
        try
        {
            return ProjectKeyRow.From(project, generation, await provider.WrapAsync(key.Memory, context, ct));
        }
        catch (KeyProviderException e)
        {
            log.ProjectKeyNotWrapped(project, generation, e.Fault, e.Message);
            throw new Problem(Refusal.Sealed) { RetryAfterSeconds = 30 };
        }
    }

    /// <summary>Makes the next generation primary; answers its number. What exists stays as it is until it is wrapped again.</summary>
    public async Task<int> RotateAsync(Id<IdKinds.Project> project, AuditEvent because, CancellationToken ct)
    {
        var generations = await CountAsync(project, ct);
        if (generations.Count == 0)
        {
            throw new Problem(Refusal.NotFound);
        }

        var next = await NewAsync(project, generations[^1].Generation + 1, ct);
        Failpoint.Reach("rotation.made");
        await database.WriteAsync(
            RowScope.Of(project),
            async session =>
            {
                if (!await session.AddProjectKeyAsync(next))
                {
                    throw new Problem(Refusal.Conflict, "The project's key was replaced by somebody else at the same time.");
                }

                await session.AppendAsync(because);
            },
            ct);
        Failpoint.Reach("rotation.switched");
        return next.Generation;
    }

    /// <summary>What each generation still wraps, oldest first.</summary>
    public Task<IReadOnlyList<GenerationCount>> CountAsync(Id<IdKinds.Project> project, CancellationToken ct) =>
        database.QueryAsync<GenerationCount>(
            RowScope.Of(project),
            """
            select k.generation, k.state, k.scheme, k.kek_id, k.created_at,
              (select count(*) from data_key d where d.project_id = k.project_id and d.generation = k.generation) as data_keys
            from project_key k where k.project_id = @project order by k.generation
            """,
            new { project },
            ct);

    /// <summary>Destroys a retired generation; false while it still wraps something, or was replaced not so long ago that no
    /// backup needs it. Older backups stay readable until the key provider's own key is gone as well.</summary>
    public async Task<bool> DestroyAsync(Id<IdKinds.Project> project, int generation, AuditEvent because, CancellationToken ct)
    {
        var destroyed = await database.WriteAsync(
            RowScope.Of(project),
            async session =>
            {
                // Locked before it is counted: whoever wants to put a data key under it waits, and then finds it gone.
                var retired = await session.FindAsync<int?>(
                    $"""
                    select generation from project_key
                    where project_id = @project and generation = @generation and state = @Retired
                      and (select min(created_at) from project_key where project_id = @project and generation > @generation) + @delay
                        <= behalf_now(){session.ForUpdate}
                    """,
                    new { project, generation, ProjectKeyState.Retired, delay = (long)retention.Time.TotalMilliseconds });
                var left = await session.FindAsync<long>(
                    "select count(*) from data_key where project_id = @project and generation = @generation",
                    new { project, generation });
                if (retired is null || left > 0)
                {
                    return false;
                }

                await session.ExecuteAsync(
                    "delete from project_key where project_id = @project and generation = @generation",
                    new { project, generation });
                await session.AppendAsync(because);
                return true;
            },
            ct);
        if (destroyed)
        {
            projectKeys.Forget(project, generation);
        }

        return destroyed;
    }
}
