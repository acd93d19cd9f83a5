using Behalf.Keys;
using Behalf.Storage;

namespace Behalf.Vault;

/// <summary>After the key provider's primary key was replaced: wraps the projects' keys again, so that the old one can be
/// disabled and then deleted. Can be stopped anywhere and run again.</summary>
internal sealed class RewrapProjectKeys(
    IDatabase database, ThisDeployment deployment, IKeyProvider provider, ILogger<RewrapProjectKeys> log)
{
    /// <exception cref="Problem">The provider does not answer, or refuses.</exception>
    public async Task<RewrapResult> RunAsync(int batchSize, CancellationToken ct)
    {
        var primary = (await provider.ProbeAsync(ct)).PrimaryKeyId
            ?? throw new Problem(Refusal.Sealed) { RetryAfterSeconds = 30 };
        var result = new RewrapResult();
        var rows = await NextAsync(primary, null, batchSize, ct);
        while (rows.Count > 0)
        {
            foreach (var row in rows)
            {
                result = await RewrapAsync(row, ct)
                    ? result with { Moved = result.Moved + 1 }
                    : result with { Broken = result.Broken + 1 };
            }

            rows = await NextAsync(primary, rows[^1], batchSize, ct);
        }

        return result;
    }

    private Task<IReadOnlyList<ProjectKeyRow>> NextAsync(
        string primary, ProjectKeyRow? after, int batchSize, CancellationToken ct) =>
        database.QueryAsync<ProjectKeyRow>(
            RowScope.System,
            $"""
            select {ProjectKeyRow.Columns} from project_key
            where (scheme <> @Scheme or kek_id <> @primary) and (project_id, generation) > (@project, @generation)
            order by project_id, generation limit @batchSize
            """,
            new { provider.Scheme, primary, project = after?.ProjectId ?? default, generation = after?.Generation ?? -1, batchSize },
            ct);

    private async Task<bool> RewrapAsync(ProjectKeyRow row, CancellationToken ct)
    {
        try
        {
            var context = row.Context(await deployment.IdAsync(ct));
            using var key = await provider.UnwrapAsync(row.ToWrappedKey(), context, ct);
            var fresh = ProjectKeyRow.From(row.ProjectId, row.Generation, await provider.WrapAsync(key.Memory, context, ct));
            await database.WriteAsync(RowScope.Of(row.ProjectId), async session => { await MoveAsync(session, row, fresh); }, ct);
            Failpoint.Reach("rotation.project");
            return true;
        }
        catch (KeyProviderException e) when (e.Fault is not (KeyFault.Unavailable or KeyFault.Denied))
        {
            log.ProjectKeyNotUnwrapped(row.ProjectId, row.Generation, e.Fault, e.Message);
            return false;
        }
        catch (KeyProviderException e)
        {
            log.ProjectKeyNotUnwrapped(row.ProjectId, row.Generation, e.Fault, e.Message);
            throw new Problem(Refusal.Sealed) { RetryAfterSeconds = 30 };
        }
    }

    private static ValueTask<int> MoveAsync(WriteSession session, ProjectKeyRow row, ProjectKeyRow fresh) => session.ExecuteAsync(
        """
        update project_key set scheme = @Scheme, kek_id = @KekId, wrapped = @Wrapped
        where project_id = @ProjectId and generation = @Generation and kek_id = @Before
        """,
        new { fresh.Scheme, fresh.KekId, fresh.Wrapped, row.ProjectId, row.Generation, Before = row.KekId });
}
