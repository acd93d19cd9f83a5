namespace Behalf.Projects.Limits;

/// <summary>Lets a bounded number of requests in, fairly between projects. A place that becomes free goes to the waiting project
/// that has the fewest inside; and where no more may wait, the project with the most waiting gives one up. So a project is
/// refused for what it does itself, or because it asks for no less than any other.</summary>
internal sealed partial class Gate(GateSize size, Refusal full, TimeProvider clock)
{
    private const int RestingKept = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<Id<IdKinds.Project>, Guest> _guests = [];

    // Those with somebody waiting, in the order in which they were last served.
    private readonly List<Guest> _queuing = [];
    private int _inside;
    private int _waiting;

    public int Places => size.Places;

    /// <summary>How many projects are remembered.</summary>
    public int Known
    {
        get
        {
            lock (_lock)
            {
                return _guests.Count;
            }
        }
    }

    /// <summary>How many are inside, and how many wait.</summary>
    public (int Inside, int Waiting) Crowd
    {
        get
        {
            lock (_lock)
            {
                return (_inside, _waiting);
            }
        }
    }

    /// <param name="project">Whose request it is.</param>
    /// <param name="most">How many places the project may have, if the operator gave it a number of its own; 0 for all of them.</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <exception cref="Problem">The project has all its places taken, or there is none left, and nobody more may wait.</exception>
    public ValueTask<Place> EnterAsync(Id<IdKinds.Project> project, int? most, CancellationToken ct)
    {
        Waiter waiter;
        lock (_lock)
        {
            var guest = GuestOf(project, most);
            if (MayEnter(guest))
            {
                Admit(guest);
                return new ValueTask<Place>(new Place(this, guest));
            }

            if (!MayWait(guest))
            {
                Forget(guest);
                throw Refused(guest);
            }

            if (_waiting >= size.Waiting)
            {
                MakeRoom();
            }

            waiter = Enqueue(guest);
        }

        return WaitAsync(waiter, ct);
    }

    /// <summary>With what <see cref="EnterAsync"/> would refuse the project at once; null if it would not.</summary>
    public Problem? RefusesAtOnce(Id<IdKinds.Project> project, int? most)
    {
        lock (_lock)
        {
            var guest = GuestOf(project, most);
            var refused = MayEnter(guest) || MayWait(guest) ? null : Refused(guest);
            Forget(guest);
            return refused;
        }
    }

    private async ValueTask<Place> WaitAsync(Waiter waiter, CancellationToken ct)
    {
        try
        {
            await waiter.Called.Task.WaitAsync(size.Patience, clock, ct);
        }
        catch (TimeoutException) when (GaveUp(waiter))
        {
            throw Refused(waiter.Guest);
        }
        catch (OperationCanceledException) when (GaveUp(waiter))
        {
            throw;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // Called, or refused, at the same moment: that counts.
            await waiter.Called.Task;
        }

        return new Place(this, waiter.Guest);
    }

    private bool GaveUp(Waiter waiter)
    {
        lock (_lock)
        {
            return Dequeue(waiter);
        }
    }

    private void Leave(Guest guest)
    {
        lock (_lock)
        {
            guest.Inside--;
            _inside--;
            Serve();
            Forget(guest);
        }
    }

    private bool MayEnter(Guest guest) => guest.Queue.Count == 0 && _inside < size.Places && guest.Inside < guest.Most;

    /// <summary>Where no more may wait, the last comer of the longest queue goes, unless the newcomer's own is as long.</summary>
    private bool MayWait(Guest newcomer) => _waiting < size.Waiting || Longest() > newcomer.Queue.Count + 1;

    private int Longest()
    {
        var longest = 0;
        foreach (var guest in _queuing)
        {
            longest = Math.Max(longest, guest.Queue.Count);
        }

        return longest;
    }

    private void MakeRoom()
    {
        var longest = _queuing.MaxBy(guest => guest.Queue.Count)!;
        var last = longest.Queue.Last!.Value;
        Dequeue(last);
        last.Called.SetException(Refused(longest));
    }

    private void Serve()
    {
        while (_inside < size.Places && NextToServe() is { } next)
        {
            var waiter = next.Queue.First!.Value;
            Admit(next);
            Dequeue(waiter);
            if (_queuing.Remove(next))
            {
                _queuing.Add(next);
            }

            waiter.Called.SetResult();
        }
    }

    private void Admit(Guest guest)
    {
        guest.Inside++;
        _inside++;
    }

    private Guest? NextToServe()
    {
        Guest? best = null;
        foreach (var guest in _queuing)
        {
            if (guest.Inside < guest.Most && (best is null || guest.Inside < best.Inside))
            {
                best = guest;
            }
        }

        return best;
    }

    private Waiter Enqueue(Guest guest)
    {
        var waiter = new Waiter(guest);
        if (guest.Queue.Count == 0)
        {
            _queuing.Add(guest);
        }

        guest.Queue.AddLast(waiter.Node);
        _waiting++;
        return waiter;
    }

    /// <summary>False if it waits no longer.</summary>
    private bool Dequeue(Waiter waiter)
    {
        if (waiter.Node.List is null)
        {
            return false;
        }

        waiter.Guest.Queue.Remove(waiter.Node);
        _waiting--;
        if (waiter.Guest.Queue.Count == 0)
        {
            _queuing.Remove(waiter.Guest);
            Forget(waiter.Guest);
        }

        return true;
    }

    private Guest GuestOf(Id<IdKinds.Project> project, int? most)
    {
        if (!_guests.TryGetValue(project, out var guest))
        {
            _guests[project] = guest = new Guest(project);
        }

        var before = guest.Most;
        guest.Most = most is 0 ? size.Places : Math.Min(most ?? size.PlacesOfOne, size.Places);
        if (guest.Most > before && guest.Queue.Count > 0)
        {
            // Granted more meanwhile: nobody leaves who would let them in.
            Serve();
        }

        return guest;
    }

    /// <summary>A few that rest are kept, so that their next request finds them.</summary>
    private void Forget(Guest guest)
    {
        if (guest.Inside == 0 && guest.Queue.Count == 0 && _guests.Count > RestingKept)
        {
            _guests.Remove(guest.Project);
        }
    }

    private Problem Refused(Guest guest) => guest.Inside >= guest.Most
        ? new Problem(Refusal.TooManyAtOnce, $"This project has {guest.Most} requests of this kind under way, as many as it may.") { RetryAfterSeconds = 1 }
        : new Problem(full) { RetryAfterSeconds = 1 };

    /// <summary>A place inside, until it is disposed of.</summary>
    internal readonly struct Place(Gate gate, Guest guest) : IDisposable
    {
        public void Dispose() => gate?.Leave(guest);
    }
}
