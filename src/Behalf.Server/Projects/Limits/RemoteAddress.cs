using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Behalf.Projects.Limits;

/// <summary>An address as limits count it.</summary>
internal static class RemoteAddress
{
    /// <summary>An IPv6 subscriber holds a whole /64: it counts as one.</summary>
    public static UInt128 KeyOf(IPAddress? address)
    {
        if (address is null)
        {
            return 0;
        }

        Span<byte> bytes = stackalloc byte[16];
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && !address.IsIPv4MappedToIPv6)
        {
            address.TryWriteBytes(bytes, out _);
            bytes[8..].Clear();
        }
        else
        {
            address.MapToIPv6().TryWriteBytes(bytes, out _);
        }

        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
