namespace Behalf.Accounts.Refresh;

/// <summary>So much work at a time, each for as long as it takes: what hangs keeps its own place and no other.</summary>
internal sealed class SweepPlaces(int places)
{
    private readonly List<Task> _taken = [];

    public int Free
    {
        get
        {
            lock (_taken)
            {
                _taken.RemoveAll(work => work.IsCompleted);
                return Math.Max(0, places - _taken.Count);
            }
        }
    }

    /// <summary>Takes a place for work that has begun, whether or not one is free: who asks in time has looked.</summary>
    public Task Take(Task work)
    {
        lock (_taken)
        {
            _taken.Add(work);
        }

        return work;
    }

    public Task EndAsync()
    {
        lock (_taken)
        {
            return Task.WhenAll(_taken);
        }
    }
}
