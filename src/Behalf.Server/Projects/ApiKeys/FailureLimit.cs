using System.Collections.Concurrent;
using System.Net;
using Behalf.Projects.Limits;

namespace Behalf.Projects.ApiKeys;

/// <summary>Slows down whoever guesses keys: after 20 failures in a minute an address waits for the minute to end. Other
/// addresses, and the server's memory, are not touched by it.</summary>
internal sealed class FailureLimit(TimeProvider clock)
{
    private const int MostFailures = 20;
    internal const int MostAddresses = 50_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<UInt128, Failures> _byAddress = new();
    private long _sweptAt;

    /// <summary>How many addresses are remembered.</summary>
    public int Kept => _byAddress.Count;

    public int? SecondsToWait(IPAddress? address)
    {
        if (!_byAddress.TryGetValue(RemoteAddress.KeyOf(address), out var failures) || failures.Number < MostFailures)
        {
            return null;
        }

        var left = failures.Since + Window - clock.GetUtcNow();
        return left > TimeSpan.Zero ? (int)Math.Ceiling(left.TotalSeconds) : null;
    }

    public void Count(IPAddress? address)
    {
        var now = clock.GetUtcNow();
        var key = RemoteAddress.KeyOf(address);
        if (_byAddress.Count >= MostAddresses)
        {
            Sweep(now);
            if (_byAddress.Count >= MostAddresses && !_byAddress.ContainsKey(key))
            {
                // Whoever has this many addresses is not slowed down by one for each.
                return;
            }
        }

        _byAddress.AddOrUpdate(
            key,
            _ => new Failures(1, now),
            (_, old) => now - old.Since > Window ? new Failures(1, now) : old with { Number = old.Number + 1 });
    }

    private void Sweep(DateTimeOffset now)
    {
        var swept = Volatile.Read(ref _sweptAt);
        if (now.UtcTicks - swept < SweepEvery.Ticks || Interlocked.CompareExchange(ref _sweptAt, now.UtcTicks, swept) != swept)
        {
            return;
        }

        foreach (var one in _byAddress.Where(one => now - one.Value.Since > Window))
        {
            _byAddress.TryRemove(one);
        }
    }

    private sealed record Failures(int Number, DateTimeOffset Since);
}
