namespace Behalf.Audit.Chain;

/// <summary>Takes a project's chain in its order, each checkpoint behind the event it covers, and finds the first thing that
/// is wrong. Needs the public keys and nothing else, so that it says the same of a database and of a file.</summary>
internal sealed class ChainVerifier(Id<IdKinds.Project> project, IReadOnlyDictionary<string, byte[]> keys)
{
    /// <summary>How far it looks beyond the first event that does not fit, to say what was done.</summary>
    private const int MostSuspects = 1000;

    private readonly List<EventRow> _suspects = [];
    private TrailFault? _fault;
    private byte[] _hash = EventChain.Start;
    private long _last;
    private byte[] _signedHash = EventChain.Start;
    private long _signed;
    private long _first = 1;
    private long _events;
    private long _checkpoints;
    private long _unsealed;

    /// <summary>What is known of this chain from before.</summary>
    public KnownHead? Known { get; init; }

    /// <summary>Whether the chain may begin behind a checkpoint: true of an export of a part.</summary>
    public bool MayStartLater { get; init; }

    public void Add(EventRow row)
    {
        _events++;
        if (_suspects.Count > 0)
        {
            if (_suspects.Count < MostSuspects)
            {
                _suspects.Add(row);
            }
        }
        else if (_fault is not null)
        {
            // What looked like the end was a hole.
            _fault = _fault.Reason == TrailFaultKind.Truncated ? Missing() : _fault;
        }
        else if (row.Seq != _last + 1)
        {
            _fault = row.Seq > _last ? Missing() : Fault(row.Seq ?? 0, TrailFaultKind.Inserted, $"Two events stand at {row.Seq}.");
        }
        else if (!EventChain.Hash(_hash, row, _last + 1).AsSpan().SequenceEqual(row.Hash))
        {
            _suspects.Add(row);
        }
        else
        {
            Advance(row.Hash!);
        }
    }

    public void Add(Checkpoint checkpoint)
    {
        _checkpoints++;
        if (_fault is not null || _suspects.Count > 0)
        {
            return;
        }

        _fault = SignatureFault(checkpoint);
        if (_fault is null && MayStartLater && _events == 0 && _last == 0)
        {
            StartBehind(checkpoint);
        }
        else if (_fault is null)
        {
            _fault = PlaceFault(checkpoint);
        }

        if (_fault is null)
        {
            (_signed, _signedHash) = (checkpoint.Seq, checkpoint.Hash);
        }
    }

    public void AddUnsealed() => _unsealed++;

    /// <summary>The next thing cannot be read; there is nothing to verify behind it.</summary>
    public void AddUnreadable(string why) =>
        _fault ??= _suspects.Count > 0 ? null : Fault(_last + 1, TrailFaultKind.Unreadable, $"At {_last + 1} {why}.");

    public TrailVerification Finish()
    {
        var fault = _fault
            ?? (_suspects.Count > 0 ? Tampering.Name(_hash, _suspects) : null)
            ?? (Known?.Seq > _last ? Truncated() : null)
            ?? (_last > _signed ? Unsigned() : null);
        return new TrailVerification
        {
            ProjectId = project,
            Valid = fault is null,
            FirstSeq = _first,
            VerifiedSeq = _signed,
            VerifiedHash = Convert.ToHexStringLower(_signedHash),
            Events = _events,
            Checkpoints = _checkpoints,
            Unsealed = _unsealed,
            FirstBad = fault,
        };
    }

    private void Advance(byte[] hash)
    {
        (_last, _hash) = (_last + 1, hash);
        if (Known is { } known && known.Seq == _last && !known.Hash.AsSpan().SequenceEqual(hash))
        {
            _fault = Fault(_last, TrailFaultKind.Rewritten, $"The chain at {_last} is not the one that was noted earlier.");
        }
    }

    private void StartBehind(Checkpoint checkpoint)
    {
        if (Known?.Seq < checkpoint.Seq)
        {
            _fault = Fault(
                Known.Seq + 1, TrailFaultKind.Missing, $"The chain begins behind {checkpoint.Seq}, later than what was noted earlier.");
            return;
        }

        _first = checkpoint.Seq + 1;
        _last = checkpoint.Seq - 1;
        Advance(checkpoint.Hash);
    }

    private TrailFault? SignatureFault(Checkpoint checkpoint)
    {
        if (!keys.TryGetValue(checkpoint.Kid, out var key))
        {
            return Fault(
                checkpoint.Seq, TrailFaultKind.UnknownKey, $"The checkpoint at {checkpoint.Seq} names the key {checkpoint.Kid}, which is not trusted.");
        }

        return checkpoint.IsSignedBy(key, project)
            ? null
            : Fault(checkpoint.Seq, TrailFaultKind.BadSignature, $"The signature of the checkpoint at {checkpoint.Seq} does not verify.");
    }

    private TrailFault? PlaceFault(Checkpoint checkpoint) => (checkpoint.Seq - _last) switch
    {
        > 0 => Truncated(),
        0 when checkpoint.Hash.AsSpan().SequenceEqual(_hash) => null,
        _ => Fault(
            checkpoint.Seq,
            TrailFaultKind.Rewritten,
            $"The events up to {checkpoint.Seq} are not those that were signed; the first that differs is one of {_signed + 1} to {checkpoint.Seq}."),
    };

    private TrailFault Missing() => Fault(_last + 1, TrailFaultKind.Missing, $"There is no event at {_last + 1}.");

    private TrailFault Truncated() => Fault(
        _last + 1, TrailFaultKind.Truncated, $"The chain ends before {_last + 1}, although it once went further.");

    private TrailFault Unsigned() => Fault(
        _signed + 1, TrailFaultKind.Unsigned, $"No checkpoint covers the events from {_signed + 1} to {_last}.");

    private static TrailFault Fault(long seq, TrailFaultKind reason, string message) =>
        new() { Seq = seq, Reason = reason, Message = message };
}
