using Behalf.Audit.Chain;
using Behalf.Storage;

namespace Behalf.Audit.Sealing;

/// <summary>Another sealer was faster: the batch had no effect.</summary>
internal sealed class SealedElsewhereException() : Exception("The events were sealed by another node.");

/// <summary>Events with their places and the checkpoints they end in, written in one transaction.</summary>
internal sealed class SealedBatch
{
    // What another sealer has sealed stays as it is, and a place is given once: audit_seq is unique.
    private const string SealOne =
        """
        update audit_event set seq = @Seq, hash = @Hash
        where project_id = @ProjectId and event_id = @EventId and seq is null
        """;

    private const string SignOne =
        $"insert into audit_checkpoint ({Checkpoint.Columns}) values (@ProjectId, @Seq, @Hash, @At, @Kid, @Signature)";

    private const string SealMany =
        $"""
        with sealed as (
          update audit_event e set seq = s.seq, hash = s.hash
          from unnest(@ProjectIds::bytea[], @EventIds::bytea[], @Seqs::bigint[], @Hashes::bytea[]) s (project_id, event_id, seq, hash)
          where e.project_id = s.project_id and e.event_id = s.event_id and e.seq is null
          returning 1),
        signed as (
          insert into audit_checkpoint ({Checkpoint.Columns})
          select * from unnest(@SignedProjects::bytea[], @SignedSeqs::bigint[], @SignedHashes::bytea[], @SignedAt::bigint[],
            @Kids::text[], @Signatures::bytea[])
          returning 1)
        select count(*) from sealed where (select count(*) from signed) > 0
        """;

    private readonly List<EventRow> _events = [];
    private readonly List<Checkpoint> _checkpoints = [];

    public int Count => _events.Count;

    public void Add(EventRow row) => _events.Add(row);

    public void Add(Checkpoint checkpoint) => _checkpoints.Add(checkpoint);

    /// <exception cref="SealedElsewhereException">Nothing was written.</exception>
    public Task WriteAsync(IDatabase database, CancellationToken ct) => database.WriteAsync(
        RowScope.System,
        async session =>
        {
            var done = session.Engine == Engine.Postgres ? await WriteAtOnceAsync(session) : await WriteOneByOneAsync(session);
            if (done != _events.Count)
            {
                throw new SealedElsewhereException();
            }
        },
        ct);

    private async ValueTask<long> WriteOneByOneAsync(WriteSession session)
    {
        var done = await session.ExecuteAsync(SealOne, _events);
        await session.ExecuteAsync(SignOne, _checkpoints);
        return done;
    }

    private ValueTask<long> WriteAtOnceAsync(WriteSession session) => session.FindAsync<long>(SealMany, new
    {
        ProjectIds = Column(_events, row => row.ProjectId.ToBytes()),
        EventIds = Column(_events, row => row.EventId.ToBytes()),
        Seqs = Column(_events, row => row.Seq!.Value),
        Hashes = Column(_events, row => row.Hash!),
        SignedProjects = Column(_checkpoints, checkpoint => checkpoint.ProjectId.ToBytes()),
        SignedSeqs = Column(_checkpoints, checkpoint => checkpoint.Seq),
        SignedHashes = Column(_checkpoints, checkpoint => checkpoint.Hash),
        SignedAt = Column(_checkpoints, checkpoint => checkpoint.At),
        Kids = Column(_checkpoints, checkpoint => checkpoint.Kid),
        Signatures = Column(_checkpoints, checkpoint => checkpoint.Signature),
    });

    private static T[] Column<TRow, T>(List<TRow> rows, Converter<TRow, T> value) => [.. rows.ConvertAll(value)];
}
