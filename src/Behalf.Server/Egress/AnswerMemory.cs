namespace Behalf.Egress;

/// <summary>The memory for large answers: the process has so much of it, and no more. Answers below <see cref="Uncounted"/> need
/// none of it. Half is shared, of which no project takes more than half; the other half is kept for one answer at a time, which
/// may then grow to its end.</summary>
/// <remarks>An answer grows while others do, and each holds what it has: without the half that is kept, all could wait for each
/// other. With it somebody always ends (Dijkstra's banker, with one loan).</remarks>
internal sealed class AnswerMemory(long bytes, TimeProvider clock)
{
    public const int Uncounted = 64 * 1024;
    public const long Usual = 256L * 1024 * 1024;

    /// <summary>A provider waits for us meanwhile, and a caller for both.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly long _shared = bytes - (bytes / 2);
    private readonly Lock _lock = new();
    private readonly Dictionary<Id<IdKinds.Project>, long> _taken = [];
    private readonly List<Waiter> _waiting = [];
    private long _sharedTaken;

    // The one answer that may grow.
    private AnswerShare? _ending;

    public long Most { get; } = bytes;

    /// <summary>What one answer may take at the most.</summary>
    public long MostOfOne { get; } = bytes / 2;

    public long Taken
    {
        get
        {
            lock (_lock)
            {
                return _sharedTaken + (_ending?.Taken ?? 0);
            }
        }
    }

    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Has a share grow, and waits for it if need be.</summary>
    /// <exception cref="EgressException">It is more than one answer may take, or none came free in time.</exception>
    public ValueTask GrowAsync(AnswerShare share, long more, CancellationToken ct)
    {
        Waiter waiter;
        lock (_lock)
        {
            if (share.Taken + more > MostOfOne)
            {
                throw EgressException.Of(EgressFailure.TooLarge);
            }

            waiter = new Waiter(share, more);
            if (TryServe(waiter) || TryEnd(waiter))
            {
                return ValueTask.CompletedTask;
            }

            _waiting.Add(waiter);
        }

        return WaitAsync(waiter, ct);
    }

    public void GiveBack(AnswerShare share, long less)
    {
        lock (_lock)
        {
            if (share == _ending)
            {
                share.Taken -= less;
                _ending = share.Taken > 0 ? share : null;
            }
            else
            {
                Charge(share, -less);
            }

            ServeWaiting();
        }
    }

    private async ValueTask WaitAsync(Waiter waiter, CancellationToken ct)
    {
        try
        {
            await waiter.Served.Task.WaitAsync(Patience, clock, ct);
        }
        catch (TimeoutException) when (GaveUp(waiter))
        {
            throw EgressException.Of(EgressFailure.NoRoom);
        }
        catch (OperationCanceledException) when (GaveUp(waiter))
        {
            throw;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // Served at the same moment: that counts.
        }
    }

    private bool GaveUp(Waiter waiter)
    {
        lock (_lock)
        {
            return _waiting.Remove(waiter);
        }
    }

    /// <summary>First whose project has taken the least, of those who came first.</summary>
    private void ServeWaiting()
    {
        while (_waiting.OrderBy(waiter => TakenBy(waiter.Share.Project)).FirstOrDefault(TryServe) is { } served
            || (served = _waiting.MinBy(waiter => TakenBy(waiter.Share.Project))) is not null && TryEnd(served))
        {
            _waiting.Remove(served);
            served.Served.SetResult();
        }
    }

    private bool TryServe(Waiter waiter)
    {
        var share = waiter.Share;
        if (share == _ending)
        {
            share.Taken += waiter.More;
            return true;
        }

        if (_sharedTaken + waiter.More > _shared || TakenBy(share.Project) + waiter.More > _shared / 2)
        {
            return false;
        }

        Charge(share, waiter.More);
        return true;
    }

    /// <summary>What it has taken goes back to the others: from now on it lives on what is kept.</summary>
    private bool TryEnd(Waiter waiter)
    {
        if (_ending is not null)
        {
            return false;
        }

        var share = waiter.Share;
        var taken = share.Taken;
        Charge(share, -taken);
        share.Taken = taken + waiter.More;
        _ending = share;
        return true;
    }

    private void Charge(AnswerShare share, long more)
    {
        share.Taken += more;
        _sharedTaken += more;
        if ((_taken[share.Project] = TakenBy(share.Project) + more) == 0)
        {
            _taken.Remove(share.Project);
        }
    }

    private long TakenBy(Id<IdKinds.Project> project) => _taken.GetValueOrDefault(project);

    private sealed record Waiter(AnswerShare Share, long More)
    {
        public TaskCompletionSource Served { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
