using System.Net.Sockets;

namespace Behalf.Egress;

/// <summary>Says in our words what the framework's exceptions mean.</summary>
internal static class Faults
{
    /// <summary>Null for what is not the peer's fault: a bug of ours.</summary>
    public static EgressException? Explain(Exception exception, bool deadlinePassed) => exception switch
    {
        EgressException ours => ours,

        // Ours, thrown while connecting; the handler wraps it.
        HttpRequestException { InnerException: EgressException ours } => ours,
        OperationCanceledException when deadlinePassed => EgressException.Of(EgressFailure.Timeout),

        // The handler's own limit for connecting: a request waits for its connection before a byte of it is written.
        OperationCanceledException { InnerException: TimeoutException } =>
            EgressException.Of(EgressFailure.ConnectFailed, unsent: true),
        HttpRequestException e => Explain(e.HttpRequestError),

        // The peer hung up on a connection that was still being set up; the handler passes this on as it is.
        SocketException { SocketErrorCode: SocketError.NotConnected } => EgressException.Of(EgressFailure.ConnectFailed, unsent: true),
        SocketException => EgressException.Of(EgressFailure.ResponseEnded),
        HttpIOException e => Explain(e.HttpRequestError),

        InvalidDataException => EgressException.Of(EgressFailure.InvalidResponse),
        IOException => EgressException.Of(EgressFailure.ResponseEnded),
        _ => null,
    };

    private static EgressException Explain(HttpRequestError error) => error switch
    {
        HttpRequestError.NameResolutionError => EgressException.Of(EgressFailure.NameNotResolved, unsent: true),
        HttpRequestError.ConnectionError => EgressException.Of(EgressFailure.ConnectFailed, unsent: true),
        HttpRequestError.SecureConnectionError => EgressException.Of(EgressFailure.TlsFailed, unsent: true),
        HttpRequestError.ConfigurationLimitExceeded => EgressException.Of(EgressFailure.TooLarge),
        HttpRequestError.InvalidResponse => EgressException.Of(EgressFailure.InvalidResponse),

        // ResponseEnded, HttpProtocolError, which is how HTTP/2 ends a stream early, and what has no name of its own, such
        // as a TCP reset: the request was under way.
        _ => EgressException.Of(EgressFailure.ResponseEnded),
    };
}
