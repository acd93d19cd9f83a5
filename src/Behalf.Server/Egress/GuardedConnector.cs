using System.Net;
using System.Net.Sockets;

namespace Behalf.Egress;

/// <summary>Asks for the addresses of a host name.</summary>
internal delegate Task<IPAddress[]> ResolveHost(string host, CancellationToken ct);

/// <summary>Opens connections to addresses that the guard has seen. The name is resolved once and the connection goes to
/// the very address that was judged, so that a name server which answers differently the next time gains nothing.</summary>
internal sealed class GuardedConnector(AddressGuard guard, ResolveHost resolve)
{
    /// <summary>So that one address of several that swallows packets does not use up the whole time for connecting.</summary>
    private static readonly TimeSpan PatienceWithOneOfSeveral = TimeSpan.FromSeconds(3);

    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var port = context.DnsEndPoint.Port;
        var encrypted = context.InitialRequestMessage.RequestUri!.Scheme == Uri.UriSchemeHttps;
        var addresses = await AddressesOfAsync(context.DnsEndPoint.Host, ct);
        var verdicts = addresses.ToLookup(address => guard.Judge(address, port, encrypted));
        IPAddress[] allowed = [.. verdicts[null]];
        if (allowed.Length == 0)
        {
            throw EgressException.Denied(verdicts.First().Key!.Value);
        }

        foreach (var address in allowed[..^1])
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
            patience.CancelAfter(PatienceWithOneOfSeveral);
            if (await TryOpenAsync(address, port, patience.Token) is { } stream)
            {
                return stream;
            }

            ct.ThrowIfCancellationRequested();
        }

        return await TryOpenAsync(allowed[^1], port, ct)
            ?? throw EgressException.Of(EgressFailure.ConnectFailed, unsent: true);
    }

    private async Task<IPAddress[]> AddressesOfAsync(string host, CancellationToken ct)
    {
        try
        {
            var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, ct);
            if (addresses.Length > 0)
            {
                return addresses;
            }
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            // The system's sentence may quote the name server; ours says the same without.
        }

        throw EgressException.Of(EgressFailure.NameNotResolved, unsent: true);
    }

    /// <summary>Null if the address does not take the connection, or not before the token is cancelled.</summary>
    private static async Task<NetworkStream?> TryOpenAsync(IPAddress address, int port, CancellationToken ct)
    {
        // A mapped address is reached over IPv4; a socket for IPv6 would need to be told so.
        var target = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(target, port), ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            return null;
        }
    }
}
