using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Behalf;

/// <summary>Random bits for ids. They are <see cref="RandomNumberGenerator"/>'s, drawn for many ids at once, since asking it
/// costs several times what writing an id does; what was given out is wiped. Keys and other secrets ask it themselves.</summary>
internal static class Randomness
{
    private const int DrawnAtOnce = 1024;

    [ThreadStatic]
    private static byte[]? drawn;

    [ThreadStatic]
    private static int left;

    public static void Fill(Span<byte> target)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(target.Length, DrawnAtOnce);
        if (left < target.Length)
        {
            drawn ??= new byte[DrawnAtOnce];
            RandomNumberGenerator.Fill(drawn);
            left = DrawnAtOnce;
        }

        var given = drawn.AsSpan(left - target.Length, target.Length);
        given.CopyTo(target);
        given.Clear();
        left -= target.Length;
    }

    public static UInt128 Bits128()
    {
        Span<byte> bytes = stackalloc byte[16];
        Fill(bytes);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
