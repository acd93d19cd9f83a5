using System.Data;
using System.Runtime.CompilerServices;
using Behalf.Storage;

namespace Behalf.Audit.Chain;

/// <summary>How far a project's chain goes, read in one statement so that a sealer at work does not blur it.</summary>
internal sealed record TrailBounds
{
    public required long LastEvent { get; init; }

    public required long LastCheckpoint { get; init; }

    public required long Unsealed { get; init; }

    public long Last => Math.Max(LastEvent, LastCheckpoint);
}

/// <summary>One step of a chain.</summary>
internal readonly record struct TrailItem(EventRow? Event, Checkpoint? Checkpoint);

/// <summary>Reads a project's chain in its order, a page at a time.</summary>
internal sealed class TrailReader(IDatabase database, Id<IdKinds.Project> project)
{
    private const int MostPerPage = 1000;

    public async Task<TrailBounds> BoundsAsync(CancellationToken ct) => (await database.FindAsync<TrailBounds>(
        RowScope.Of(project),
        """
        select coalesce((select max(seq) from audit_event where project_id = @project and seq is not null), 0) as last_event,
               coalesce((select max(seq) from audit_checkpoint where project_id = @project), 0) as last_checkpoint,
               (select count(case when project_id = @project then 1 end) from audit_event where seq is null) as unsealed
        """,
        new { project },
        ct))!;

    /// <summary>The whole batch that an event was sealed in: the checkpoint before it (0 where there is none) and at its end.</summary>
    public async Task<(long Before, long End)> BatchesAsync(long from, long to, CancellationToken ct)
    {
        var before = await database.FindAsync<long?>(
            RowScope.Of(project),
            "select seq from audit_checkpoint where project_id = @project and seq < @from order by seq desc limit 1",
            new { project, from },
            ct);
        var end = await database.FindAsync<long?>(
            RowScope.Of(project),
            "select seq from audit_checkpoint where project_id = @project and seq >= @to order by seq limit 1",
            new { project, to },
            ct);
        return (before ?? 0, end ?? to);
    }

    /// <summary>The steps behind one place up to another, each checkpoint behind its event. With a checkpoint at the first
    /// place, that comes first: a chain can be followed from there.</summary>
    /// <exception cref="DataException">The next row holds what no version of this server writes.</exception>
    public async IAsyncEnumerable<TrailItem> ReadAsync(long behind, long to, [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var checkpoint in behind > 0 ? await CheckpointsAsync(behind, behind, ct) : [])
        {
            yield return new TrailItem(null, checkpoint);
        }

        var limit = MostPerPage;
        while (behind < to)
        {
            IReadOnlyList<EventRow> events;
            try
            {
                events = await EventsAsync(behind, to, limit, ct);
            }
            catch (DataException) when (limit > 1)
            {
                // Somewhere in the page: go on row by row, up to the one.
                limit = 1;
                continue;
            }

            var end = events.Count < limit ? to : events[^1].Seq!.Value;
            foreach (var item in Merge(events, await CheckpointsAsync(behind + 1, end, ct)))
            {
                yield return item;
            }

            behind = end;

            // The embedded database answers on the caller's thread: a long chain must not keep it from others.
            await Task.Yield();
        }
    }

    /// <summary>Events that no checkpoint covers yet, in the order of time.</summary>
    public async IAsyncEnumerable<EventRow> ReadUnsealedAsync([EnumeratorCancellation] CancellationToken ct)
    {
        byte[] after = [];
        while (true)
        {
            var rows = await database.QueryAsync<EventRow>(
                RowScope.Of(project),
                $"""
                select {EventRow.Columns} from audit_event
                where project_id = @project and seq is null and event_id > @after order by event_id limit @MostPerPage
                """,
                new { project, after, MostPerPage },
                ct);
            foreach (var row in rows)
            {
                yield return row;
            }

            if (rows.Count < MostPerPage)
            {
                yield break;
            }

            after = rows[^1].EventId.ToBytes();
        }
    }

    private static IEnumerable<TrailItem> Merge(IReadOnlyList<EventRow> events, IReadOnlyList<Checkpoint> checkpoints)
    {
        var next = 0;
        foreach (var row in events)
        {
            for (; next < checkpoints.Count && checkpoints[next].Seq < row.Seq; next++)
            {
                yield return new TrailItem(null, checkpoints[next]);
            }

            yield return new TrailItem(row, null);
        }

        for (; next < checkpoints.Count; next++)
        {
            yield return new TrailItem(null, checkpoints[next]);
        }
    }

    private Task<IReadOnlyList<EventRow>> EventsAsync(long behind, long to, int limit, CancellationToken ct) =>
        database.QueryAsync<EventRow>(
            RowScope.Of(project),
            $"""
            select {EventRow.Columns}, seq, hash from audit_event
            where project_id = @project and seq > @behind and seq <= @to order by seq limit @limit
            """,
            new { project, behind, to, limit },
            ct);

    private Task<IReadOnlyList<Checkpoint>> CheckpointsAsync(long from, long to, CancellationToken ct) =>
        database.QueryAsync<Checkpoint>(
            RowScope.Of(project),
            $"select {Checkpoint.Columns} from audit_checkpoint where project_id = @project and seq between @from and @to order by seq",
            new { project, from, to },
            ct);
}
