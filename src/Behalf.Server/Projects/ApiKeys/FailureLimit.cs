using System.Collections.Concurrent;
using System.Net;

namespace Behalf.Projects.ApiKeys;

/// <summary>Slows down whoever guesses keys: after 20 failures in a minute an address waits for the minute to end. Other
/// addresses, and the server's memory, are not touched by it.</summary>
internal sealed class FailureLimit(TimeProvider clock)
{
    private const int MostFailures = 20;
    private const int MostAddresses = 50_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<UInt128, Failures> _byAddress = new();

    public int? SecondsToWait(IPAddress? address)
    {
        if (!_byAddress.TryGetValue(KeyOf(address), out var failures) || failures.Number < MostFailures)
        {
            return null;
        }

        var left = failures.Since + Window - clock.GetUtcNow();
        return left > TimeSpan.Zero ? (int)Math.Ceiling(left.TotalSeconds) : null;
    }

    public void Count(IPAddress? address)
    {
        var now = clock.GetUtcNow();
        if (_byAddress.Count >= MostAddresses)
        {
            foreach (var (key, old) in _byAddress)
            {
                if (now - old.Since > Window)
                {
                    _byAddress.TryRemove(key, out _);
                }
            }
        }

        _byAddress.AddOrUpdate(
            KeyOf(address),
            _ => new Failures(1, now),
            (_, old) => now - old.Since > Window ? new Failures(1, now) : old with { Number = old.Number + 1 });
    }

    /// <summary>An IPv6 subscriber holds a whole /64: count it as one.</summary>
    private static UInt128 KeyOf(IPAddress? address)
    {
        if (address is null)
        {
            return 0;
        }

        var bytes = address.MapToIPv6().GetAddressBytes();
        if (!address.IsIPv4MappedToIPv6 && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6)
        {
            bytes.AsSpan(8).Clear();
        }

        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    private sealed record Failures(int Number, DateTimeOffset Since);
}
