using System.Text.Json.Nodes;
using Behalf.Audit;
using Behalf.Keys;
using Behalf.Storage;

namespace Behalf.Vault;

/// <summary>How far a rewrapping came. What is broken stays as it is, and keeps its old key from being destroyed.</summary>
internal sealed record RewrapResult
{
    public int Moved { get; init; }

    public int Broken { get; init; }
}

/// <summary>After a project's key was replaced: wraps the data keys again, in batches, beside the traffic. The secrets are
/// not touched. Can be stopped anywhere and run again; two nodes at it do the same work twice and no harm.</summary>
internal sealed class RewrapDataKeys(IDatabase database, DataKeys dataKeys, ILogger<RewrapDataKeys> log)
{
    /// <exception cref="Problem">The project's key was replaced again meanwhile; run it once more.</exception>
    public async Task<RewrapResult> RunAsync(Id<IdKinds.Project> project, int batchSize, CancellationToken ct)
    {
        var primary = await database.FindAsync<int?>(
            RowScope.Of(project),
            "select generation from project_key where project_id = @project and state = @Primary",
            new { project, ProjectKeyState.Primary },
            ct) ?? throw new Problem(Refusal.NotFound);

        var result = new RewrapResult();
        var rows = await NextAsync(project, primary, null, batchSize, ct);
        while (rows.Count > 0)
        {
            var rewrapped = new List<(DataKeyRow Row, WrappedDataKey? Fresh)>(rows.Count);
            foreach (var row in rows)
            {
                rewrapped.Add((row, await RewrapAsync(row, primary, ct)));
            }

            Failpoint.Reach("rotation.wrapped");
            result = await StoreAsync(project, primary, rewrapped, result, ct);
            Failpoint.Reach("rotation.moved");
            rows = await NextAsync(project, primary, rows[^1], batchSize, ct);
        }

        return result;
    }

    private Task<IReadOnlyList<DataKeyRow>> NextAsync(
        Id<IdKinds.Project> project, int primary, DataKeyRow? after, int batchSize, CancellationToken ct) =>
        database.QueryAsync<DataKeyRow>(
            RowScope.Of(project),
            """
            select project_id, owner_id, version, user_id, toolkit, generation, wrapped from data_key
            where project_id = @project and generation < @primary and (owner_id, version) > (@owner, @version)
            order by owner_id, version limit @batchSize
            """,
            new
            {
                project,
                primary,
                owner = after?.OwnerId ?? default,
                version = after?.Version ?? (short)-1,
                batchSize,
            },
            ct);

    /// <summary>Null if the data key does not open.</summary>
    private async Task<WrappedDataKey?> RewrapAsync(DataKeyRow row, int primary, CancellationToken ct)
    {
        using var dataKey = await UnwrapAsync(row, ct);
        try
        {
            return dataKey is null ? null : await dataKeys.WrapAsync(row.Owner, row.Version, primary, dataKey, ct);
        }
        catch (CredentialIntegrityException e)
        {
            // The project's own key is gone or altered: what is left would fare no better.
            log.DataKeyNotRewrapped(row.OwnerId, row.ProjectId, e.Fault);
            throw new Problem(Refusal.CredentialIntegrity);
        }
    }

    private async Task<SecretBuffer?> UnwrapAsync(DataKeyRow row, CancellationToken ct)
    {
        try
        {
            return await dataKeys.UnwrapAsync(row.Owner, row.Version, row.Wrapped, ct);
        }
        catch (CredentialIntegrityException e)
        {
            log.DataKeyNotRewrapped(row.OwnerId, row.ProjectId, e.Fault);
            return null;
        }
    }

    private Task<RewrapResult> StoreAsync(
        Id<IdKinds.Project> project, int primary, List<(DataKeyRow Row, WrappedDataKey? Fresh)> rewrapped, RewrapResult before,
        CancellationToken ct) =>
        database.WriteAsync(
            RowScope.Of(project),
            async session =>
            {
                await session.RequireGenerationAsync(project, primary);
                var result = before;
                foreach (var (row, fresh) in rewrapped)
                {
                    result = fresh is null
                        ? result with { Broken = result.Broken + await AppendFailureAsync(session, row) }
                        : result with { Moved = result.Moved + await MoveAsync(session, row, fresh) };
                }

                return result;
            },
            ct);

    // Only from the generation it was read under: a key that somebody else moved is left alone.
    private static ValueTask<int> MoveAsync(WriteSession session, DataKeyRow row, WrappedDataKey fresh) => session.ExecuteAsync(
        """
        update data_key set generation = @Fresh, wrapped = @Wrapped
        where project_id = @ProjectId and owner_id = @OwnerId and version = @Version and generation = @Generation
        """,
        new { Fresh = fresh.Generation, fresh.Wrapped, row.ProjectId, row.OwnerId, row.Version, row.Generation });

    private static async ValueTask<int> AppendFailureAsync(WriteSession session, DataKeyRow row)
    {
        await session.AppendAsync(AuditEvent.BySystem(row.ProjectId, AuditActions.CredentialIntegrityFailure) with
        {
            Outcome = "failed",
            Toolkit = row.Toolkit,
            Detail = new JsonObject { ["owner"] = row.OwnerId.ToString(), ["during"] = "rewrap" }.ToJsonString(),
        });
        return 1;
    }
}
