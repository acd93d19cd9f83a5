using System.Data.Common;
using Behalf.Audit.Chain;
using Behalf.Keys;
using Behalf.Storage;

namespace Behalf.Audit.Sealing;

/// <summary>Gives waiting events their place and hash, and signs where each project's chain now ends. Two of these at work on
/// one database do no harm: what one has written the other cannot.</summary>
internal sealed class EventSealer(IDatabase database, CheckpointKeys keys, TimeProvider clock, ILogger<EventSealer> log)
{
    public const int MostPerBatch = 1000;
    private const int MostHeads = 100_000;
    private static readonly TimeSpan SetAsideFor = TimeSpan.FromSeconds(30);

    // Where each chain ends, as this sealer left it. Going by memory saves a look-up, and it shows: a tail that somebody
    // removes from the database is missed, because the chain goes on behind it.
    private readonly Dictionary<Id<IdKinds.Project>, (long Seq, byte[] Hash)> _heads = [];

    // Projects whose chain cannot be continued must not keep the others waiting.
    private readonly Dictionary<Id<IdKinds.Project>, long> _setAside = [];

    /// <summary>Another sealer may have been at work: where the chains end is read anew.</summary>
    public void Forget() => _heads.Clear();

    /// <summary>Seals at most <see cref="MostPerBatch"/> events, oldest first. Gives how many there were to seal.</summary>
    /// <exception cref="KeyProviderException">There is no key to sign with now; the events wait.</exception>
    public async Task<int> SealBatchAsync(CancellationToken ct)
    {
        var waiting = await ReadWaitingAsync(ct);
        if (waiting.Count == 0)
        {
            return 0;
        }

        var key = await keys.CurrentAsync(ct);
        var projects = waiting.GroupBy(row => row.ProjectId).ToList();
        try
        {
            await SealAsync(projects, key, ct);
        }
        catch (Exception e) when (e is DbException or SealedElsewhereException)
        {
            foreach (var project in projects)
            {
                await SealAloneAsync(project, key, ct);
            }
        }

        return waiting.Count;
    }

    private Task<IReadOnlyList<EventRow>> ReadWaitingAsync(CancellationToken ct)
    {
        foreach (var (project, since) in _setAside)
        {
            if (clock.GetElapsedTime(since) > SetAsideFor)
            {
                _setAside.Remove(project);
            }
        }

        var aside = _setAside.Keys.Select(project => project.ToBytes()).ToArray();
        var others = aside.Length == 0 ? ""
            : database.Engine == Engine.Postgres ? "and project_id <> all (@aside)"
            : "and project_id not in @aside";
        return database.QueryAsync<EventRow>(
            RowScope.System,
            $"select {EventRow.Columns} from audit_event where seq is null {others} order by event_id limit {MostPerBatch}",
            new { aside },
            ct);
    }

    private async Task SealAloneAsync(IGrouping<Id<IdKinds.Project>, EventRow> project, SigningKey key, CancellationToken ct)
    {
        try
        {
            await SealAsync([project], key, ct);
        }
        catch (SealedElsewhereException)
        {
            // Nothing is left to do.
        }
        catch (DbException e)
        {
            // A place is taken that this server did not give: somebody wrote the chain from outside.
            log.ChainBlocked(e, project.Key);
            _setAside[project.Key] = clock.GetTimestamp();
        }
    }

    private async Task SealAsync(
        IReadOnlyList<IGrouping<Id<IdKinds.Project>, EventRow>> projects, SigningKey key, CancellationToken ct)
    {
        var batch = new SealedBatch();
        var ends = new Dictionary<Id<IdKinds.Project>, (long, byte[])>();
        var at = await database.NowAsync(ct);
        foreach (var project in projects)
        {
            var (seq, hash) = await HeadAsync(project.Key, ct);
            foreach (var row in project)
            {
                hash = EventChain.Hash(hash, row, ++seq);
                batch.Add(row with { Seq = seq, Hash = hash });
            }

            batch.Add(Checkpoint.Sign(key, project.Key, seq, hash, at));
            ends[project.Key] = (seq, hash);
        }

        try
        {
            await batch.WriteAsync(database, ct);
        }
        catch
        {
            // Whether it was written is not known for certain.
            Forget();
            throw;
        }

        Remember(ends);
    }

    private async Task<(long Seq, byte[] Hash)> HeadAsync(Id<IdKinds.Project> project, CancellationToken ct)
    {
        if (_heads.TryGetValue(project, out var head))
        {
            return head;
        }

        var last = await database.FindAsync<Checkpoint>(
            RowScope.System,
            $"select {Checkpoint.Columns} from audit_checkpoint where project_id = @project order by seq desc limit 1",
            new { project },
            ct);
        return last is null ? (0, EventChain.Start) : (last.Seq, last.Hash);
    }

    private void Remember(Dictionary<Id<IdKinds.Project>, (long, byte[])> ends)
    {
        if (_heads.Count > MostHeads)
        {
            Forget();
        }

        foreach (var (project, end) in ends)
        {
            _heads[project] = end;
        }
    }
}
