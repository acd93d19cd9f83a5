using System.Net;
using System.Net.Sockets;

namespace Behalf.Egress;

/// <summary>Finds the IPv4 address that a packet to an IPv6 address would end up at.</summary>
internal static class EmbeddedIPv4
{
    private static readonly IPNetwork Compatible = IPNetwork.Parse("::/96");
    private static readonly IPNetwork Translated = IPNetwork.Parse("::ffff:0:0:0/96");
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork LocalNat64 = IPNetwork.Parse("64:ff9b:1::/48");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");
    private static readonly IPNetwork Teredo = IPNetwork.Parse("2001::/32");

    /// <summary>The address that counts: the embedded one if there is one, else the address itself. Null if the form
    /// of embedding is not known, and so neither is where a packet would go.</summary>
    public static IPAddress? Unwrap(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        var bytes = address.GetAddressBytes();
        if (LocalNat64.Contains(address))
        {
            return FromLocalNat64(bytes);
        }

        // RFC 4291 §2.5.5.1 spells IPv4 addresses in ::/96, but :: and ::1 are addresses of their own (§2.5.2, §2.5.3).
        if (Nat64.Contains(address) || Translated.Contains(address)
            || (Compatible.Contains(address) && bytes is not [.., 0, 0, 0, 0 or 1]))
        {
            return new IPAddress(bytes.AsSpan(12));
        }

        if (SixToFour.Contains(address))
        {
            return new IPAddress(bytes.AsSpan(2, 4));
        }

        // RFC 4380 §4: the client's address, its bits turned over.
        return Teredo.Contains(address)
            ? new IPAddress([(byte)~bytes[12], (byte)~bytes[13], (byte)~bytes[14], (byte)~bytes[15]])
            : address;
    }

    /// <summary>RFC 8215 leaves the length of the prefix to the network. The two that are met in practice are told
    /// apart by the bits that RFC 6052 §2.2 wants to be zero; with others a translator could be made to read another
    /// address than the one checked here.</summary>
    private static IPAddress? FromLocalNat64(ReadOnlySpan<byte> bytes)
    {
        if (!bytes[6..12].ContainsAnyExcept((byte)0))
        {
            return new IPAddress(bytes[12..]);
        }

        return bytes[8] == 0 && !bytes[11..].ContainsAnyExcept((byte)0)
            ? new IPAddress([bytes[6], bytes[7], bytes[9], bytes[10]])
            : null;
    }
}
