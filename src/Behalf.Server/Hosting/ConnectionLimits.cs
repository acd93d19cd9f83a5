using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Behalf.Hosting;

/// <summary>What one peer may take of the listener before anybody knows who it is.</summary>
internal static class ConnectionLimits
{
    public const int UsualConnections = 10_000;

    // Servers call with small bodies: below this rate, after its grace, a body is meant to take long.
    private static readonly MinDataRate SlowestBody = new(bytesPerSecond: 1024, gracePeriod: TimeSpan.FromSeconds(10));

    public static void Apply(KestrelServerLimits limits, int connections)
    {
        limits.MaxConcurrentConnections = connections;

        // No route upgrades a connection.
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.MaxRequestBodySize = 4 * 1024 * 1024;
        limits.MaxRequestLineSize = 8 * 1024;
        limits.MaxRequestHeadersTotalSize = 32 * 1024;
        limits.MaxRequestHeaderCount = 100;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        limits.MinRequestBodyDataRate = SlowestBody;
        limits.MinResponseDataRate = SlowestBody;
        limits.MaxResponseBufferSize = 64 * 1024;
        limits.Http2.MaxStreamsPerConnection = 100;
        limits.Http2.MaxRequestHeaderFieldSize = 16 * 1024;

        // A peer that is gone without a word holds its streams no longer than this.
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
    }
}
