using System.Net;
using System.Net.Sockets;

namespace Behalf.Egress;

/// <summary>Addresses that no public service has: IANA's special-purpose registries (RFC 6890) and what clouds add.</summary>
internal static class SpecialRanges
{
    /// <summary>IPv6 that is in use on the internet at all; the rest of the space is unassigned, local or multicast.</summary>
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] Denied =
    [
        .. new[]
        {
            "0.0.0.0/8", // this host, RFC 1122 §3.2.1.3
            "10.0.0.0/8", // private, RFC 1918
            "100.64.0.0/10", // carrier-grade NAT, RFC 6598; also Alibaba's metadata service
            "127.0.0.0/8", // loopback
            "168.63.129.16/32", // Azure's wire server: public by number, but the host's own
            "169.254.0.0/16", // link-local, RFC 3927; metadata services
            "172.16.0.0/12", // private
            "192.0.0.0/24", // protocol assignments, RFC 6890; also Oracle's metadata service
            "192.0.2.0/24", // documentation, RFC 5737
            "192.88.99.0/24", // 6to4 relays, RFC 7526
            "192.168.0.0/16", // private
            "198.18.0.0/15", // benchmarking, RFC 2544
            "198.51.100.0/24", // documentation
            "203.0.113.0/24", // documentation
            "224.0.0.0/4", // multicast
            "240.0.0.0/4", // reserved, and broadcast
            "2001::/23", // protocol assignments, RFC 2928: benchmarking, ORCHID and the like
            "2001:db8::/32", // documentation, RFC 3849
            "3fff::/20", // documentation, RFC 9637
        }.Select(range => IPNetwork.Parse(range)),
    ];

    public static bool Contain(IPAddress address) =>
        (address.AddressFamily == AddressFamily.InterNetworkV6 && !GlobalUnicast.Contains(address))
        || Array.Exists(Denied, range => range.Contains(address));
}
