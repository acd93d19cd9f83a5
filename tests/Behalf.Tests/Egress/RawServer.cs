using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Behalf.Tests.Egress;

/// <summary>A peer that can do what no HTTP server would: it speaks bytes, and counts what it was asked.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<RawConnection, Task> _behaviour;
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentBag<Task> _conversations = [];
    private readonly Task _accepting;
    private int _connections;

    private RawServer(IPAddress address, int port, Func<RawConnection, Task> behaviour)
    {
        _listener = new TcpListener(address, port);
        if (address.Equals(IPAddress.IPv6Any))
        {
            _listener.Server.DualMode = true;
        }

        _listener.Start();
        _behaviour = behaviour;
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>The head of each request, in the order they came.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    public static RawServer Start(Func<RawConnection, Task> behaviour, string address = "127.0.0.1", int port = 0) =>
        new(IPAddress.Parse(address), port, behaviour);

    /// <summary>Listens on every address of this machine, IPv4 and IPv6, and wants nobody to come.</summary>
    public static RawServer Sink() => Start(_ => Task.CompletedTask, "::");

    /// <summary>Answers every request of every connection with these bytes.</summary>
    public static RawServer Answering(byte[] answer, string address = "127.0.0.1", int port = 0) => Start(
        async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
            {
                await connection.SendAsync(answer);
            }
        },
        address,
        port);

    public static RawServer Answering(string answer, string address = "127.0.0.1", int port = 0) =>
        Answering(Encoding.Latin1.GetBytes(answer), address, port);

    public Uri Url(string path = "/", string host = "127.0.0.1", string scheme = "http") => new($"{scheme}://{host}:{Port}{path}");

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_conversations);
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_closing.Token);
                Interlocked.Increment(ref _connections);
                _conversations.Add(ConverseAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // Stopped: the listener says so in a different way each time.
        }
    }

    private async Task ConverseAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await _behaviour(new RawConnection(client, Requests, _closing.Token));
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or SocketException
                or ObjectDisposedException or AuthenticationException)
            {
            }
        }
    }
}

/// <summary>One connection of a <see cref="RawServer"/>.</summary>
internal sealed class RawConnection(TcpClient client, ConcurrentQueue<string> requests, CancellationToken closing)
{
    private readonly NetworkStream _stream = client.GetStream();

    public CancellationToken Closing => closing;

    public Stream Stream => _stream;

    /// <summary>The head of the next request, its body read and dropped; null at the end of the connection.</summary>
    public async Task<string?> ReadRequestAsync()
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await _stream.ReadAsync(one, closing) == 0)
            {
                return null;
            }

            head.Append((char)one[0]);
        }

        var text = head.ToString();
        const string Length = "Content-Length: ";
        if (text.IndexOf(Length, StringComparison.OrdinalIgnoreCase) is >= 0 and var at)
        {
            var value = text[(at + Length.Length)..];
            await _stream.ReadExactlyAsync(new byte[int.Parse(value[..value.IndexOf('\r', StringComparison.Ordinal)])], closing);
        }

        requests.Enqueue(text);
        return text;
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(byte[] bytes) => await _stream.WriteAsync(bytes, closing);

    public void Reset()
    {
        client.Client.LingerState = new LingerOption(true, 0);
        client.Close();
    }
}
