using System.Net;
using System.Net.Sockets;

namespace Behalf.Tests.Support.Peers;

/// <summary>For a peer whose address somebody must know before it is there.</summary>
internal static class Ports
{
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
