using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Behalf.Sandbox.Faults;

/// <summary>What HTTP has no words for: done to the socket under the request.</summary>
internal static class Wire
{
    /// <summary>Closing with nothing to linger for makes the kernel send RST. <see cref="HttpContext.Abort"/> alone shuts
    /// the socket down in order first, which a client sees as FIN.</summary>
    public static void Reset(HttpContext context)
    {
        SocketOf(context).Close(timeout: 0);
        context.Abort();
    }

    public static void EndOwnSide(HttpContext context) => SocketOf(context).Shutdown(SocketShutdown.Send);

    private static Socket SocketOf(HttpContext context) =>
        context.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket;
}
