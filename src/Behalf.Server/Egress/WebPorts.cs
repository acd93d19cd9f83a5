using System.Collections.Frozen;

namespace Behalf.Egress;

/// <summary>Ports that may speak HTTP. The address guard keeps us out of private networks; this keeps our requests from
/// being read as commands by a mail server, a database or a cache with a public address.</summary>
internal static class WebPorts
{
    /// <summary>The Fetch standard's list of blocked ports (§2.9) as far as it is above 1023, and the common databases
    /// and brokers.</summary>
    private static readonly FrozenSet<int> Others = new[]
    {
        1080, 1433, 1434, 1521, 1719, 1720, 1723, 2049, 2181, 3268, 3306, 3389, 3632, 3659, 4045, 4190, 5060, 5061, 5222,
        5269, 5432, 5433, 5671, 5672, 5900, 6000, 6379, 6380, 6432, 6514, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
        9042, 9092, 10080, 11211, 26257, 27017, 27018, 27019, 61616,
    }.ToFrozenSet();

    /// <summary>Below 1024 everything but http and https is assigned to another protocol.</summary>
    public static bool Contain(int port) => port is 80 or 443 || (port > 1023 && !Others.Contains(port));
}
