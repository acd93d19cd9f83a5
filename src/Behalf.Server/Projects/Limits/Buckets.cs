using System.Collections.Concurrent;

namespace Behalf.Projects.Limits;

/// <summary>A token bucket for each key: it holds a minute's worth of requests and fills evenly. A bucket is one number, the
/// time at which it will be full again (the generic cell rate algorithm, ITU-T I.371 annex A). A full bucket is the same as none,
/// so a key that rests costs no memory.</summary>
/// <remarks>Not <c>PartitionedRateLimiter</c>: it takes one lock for all keys, holds an object and a heartbeat for each, and reads
/// a clock that is not ours.</remarks>
internal sealed class Buckets<TKey>(TimeProvider clock)
    where TKey : notnull
{
    /// <summary>Beyond it a key that is new goes uncounted: this many keys in one minute are no longer one caller's.</summary>
    internal const int MostKept = 1_000_000;

    private const int FewestToSweep = 1024;

    private readonly ConcurrentDictionary<TKey, long> _fullAt = new();
    private readonly long _minute = clock.TimestampFrequency * 60;
    private readonly Lock _sweeping = new();
    private int _kept;
    private int _sweepAbove = FewestToSweep;
    private long _sweptAt = clock.GetTimestamp();

    /// <summary>How many buckets are not known to be full.</summary>
    public int Kept => Volatile.Read(ref _kept);

    /// <summary>Takes one, or says how many seconds it will be until there is one.</summary>
    public int? TakeOrWait(TKey key, int perMinute)
    {
        var one = _minute / perMinute;
        while (true)
        {
            var now = clock.GetTimestamp();
            var known = _fullAt.TryGetValue(key, out var fullAt);
            var next = Math.Max(fullAt, now) + one;
            if (next - now > _minute)
            {
                return (int)Math.Ceiling((next - now - _minute) / (double)clock.TimestampFrequency);
            }

            if (known ? _fullAt.TryUpdate(key, next, fullAt) : Add(key, next, now))
            {
                return null;
            }
        }
    }

    private bool Add(TKey key, long fullAt, long now)
    {
        if (Kept >= _sweepAbove)
        {
            SweepAtMostOnceASecond(now);
        }

        if (Kept >= MostKept)
        {
            return true;
        }

        if (!_fullAt.TryAdd(key, fullAt))
        {
            return false;
        }

        Interlocked.Increment(ref _kept);
        return true;
    }

    /// <summary>Whoever comes while it runs goes on without it.</summary>
    private void SweepAtMostOnceASecond(long now)
    {
        if (now - Volatile.Read(ref _sweptAt) < clock.TimestampFrequency || !_sweeping.TryEnter())
        {
            return;
        }

        try
        {
            foreach (var bucket in _fullAt)
            {
                // With its value: one that was used meanwhile stays.
                if (bucket.Value <= now && _fullAt.TryRemove(bucket))
                {
                    Interlocked.Decrement(ref _kept);
                }
            }

            // Twice what is left: so sweeping costs each addition a constant part. No more than are kept, or none would come again.
            _sweepAbove = Math.Clamp(Kept * 2, FewestToSweep, MostKept);
            Volatile.Write(ref _sweptAt, now);
        }
        finally
        {
            _sweeping.Exit();
        }
    }
}
