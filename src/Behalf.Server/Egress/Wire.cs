using System.Net;

namespace Behalf.Egress;

/// <summary>The connections of this process to the outside, all guarded.</summary>
internal sealed class Wire : IDisposable
{
    private readonly GuardedConnector _connector;
    private readonly HttpMessageInvoker _pooled;
    private readonly HttpMessageInvoker _fresh;

    public Wire(EgressOptions options, ResolveHost resolve)
    {
        _connector = new GuardedConnector(new AddressGuard(options), resolve);
        _pooled = new HttpMessageInvoker(Handler(options, TimeSpan.FromMinutes(5)));
        _fresh = new HttpMessageInvoker(Handler(options, lifetime: TimeSpan.Zero));
    }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, bool fresh, CancellationToken ct)
    {
        // HTTP/2 where TLS negotiates it. Never "or higher": HTTP/3 would go around the connect callback, and an
        // Alt-Svc header could choose its host (RFC 7838).
        message.Version = fresh ? HttpVersion.Version11 : HttpVersion.Version20;
        message.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        return (fresh ? _fresh : _pooled).SendAsync(message, ct);
    }

    public void Dispose()
    {
        _pooled.Dispose();
        _fresh.Dispose();
    }

    /// <param name="options">How long connecting may take.</param>
    /// <param name="lifetime">After which a connection is not used again, and so its address is resolved and judged
    /// anew. Zero: a connection for each request.</param>
    private SocketsHttpHandler Handler(EgressOptions options, TimeSpan lifetime) =>
#pragma warning disable RS0030 // This is the one place that the ban points to: every connection passes the guard.
        new()
#pragma warning restore RS0030
        {
            ConnectCallback = _connector.ConnectAsync,
            PlaintextStreamFilter = SendOnceAsync,
            ConnectTimeout = options.ConnectTimeout,

            // A proxy from the environment would resolve names and open connections in our place, unguarded.
            UseProxy = false,

            // Redirects go through the guard's rules first, see GuardedHttp; cookies would carry one user's session
            // over to the next.
            AllowAutoRedirect = false,
            UseCookies = false,

            // Undone by AnswerBody, which sees both sizes and stops at a bomb.
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            PooledConnectionLifetime = lifetime,
            EnableMultipleHttp2Connections = true,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            MaxResponseHeadersLength = 64, // KiB

            // What is left of an answer that was cut off is not read just to save its connection.
            MaxResponseDrainSize = 0,
        };

    private static ValueTask<Stream> SendOnceAsync(SocketsHttpPlaintextStreamFilterContext context, CancellationToken ct) =>
        new(context.NegotiatedHttpVersion.Major == 1
            ? new SentOnceStream(context.PlaintextStream)
            : context.PlaintextStream);
}
