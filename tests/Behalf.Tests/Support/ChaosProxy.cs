using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Behalf.Tests.Support;

/// <summary>What a network does to what is sent through it.</summary>
public enum Weather
{
    Pass,

    /// <summary>Nothing arrives, in either direction, and nobody is told.</summary>
    Blackhole,

    /// <summary>Connections are reset, old ones and new ones.</summary>
    Reset,

    /// <summary>Everything arrives, 200 ms late.</summary>
    Delay,

    /// <summary>One byte in a second.</summary>
    Trickle,

    /// <summary>The far end is gone and its goodbye was lost: connections stay open here.</summary>
    HalfOpen,

    /// <summary>What is sent arrives, what is answered does not.</summary>
    OneWay,
}

/// <summary>A TCP proxy in front of a port of this machine, with weather.</summary>
internal sealed class ChaosProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<(Socket Near, Socket Far), bool> _open = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly int _target;
    private int _struck;
    private volatile Weather _weather;

    private ChaosProxy(int target)
    {
        _target = target;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many connections and pieces of data the weather met.</summary>
    public int Struck => Volatile.Read(ref _struck);

    public Weather Weather
    {
        get => _weather;
        set
        {
            // What was swallowed stays lost, so no connection that lost something goes on as if nothing had been.
            var closes = value is Weather.Reset || _weather is Weather.Blackhole or Weather.OneWay or Weather.HalfOpen;
            _weather = value;
            foreach (var (near, far) in _open.Keys)
            {
                if (closes || value == Weather.HalfOpen)
                {
                    Interlocked.Increment(ref _struck);
                    Reset(far);
                }

                if (closes)
                {
                    Reset(near);
                }
            }
        }
    }

    public static ChaosProxy To(int port) => new(port);

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Dispose();
        foreach (var (near, far) in _open.Keys)
        {
            Reset(near);
            Reset(far);
        }
    }

    private async Task AcceptAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            var near = await _listener.AcceptSocketAsync(_closing.Token);
            if (_weather == Weather.Reset)
            {
                Interlocked.Increment(ref _struck);
                Reset(near);
                continue;
            }

            _ = CarryAsync(near);
        }
    }

    private async Task CarryAsync(Socket near)
    {
        var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        near.NoDelay = true;
        _open[(near, far)] = true;
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, _target, _closing.Token);
            await Task.WhenAny(PumpAsync(near, far, answers: false), PumpAsync(far, near, answers: true));

            // A far end that is gone is not told of while connections are half open.
            while (_weather == Weather.HalfOpen)
            {
                await Task.Delay(50, _closing.Token);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
        }
        finally
        {
            _open.TryRemove((near, far), out _);
            Reset(near);
            Reset(far);
        }
    }

    private async Task PumpAsync(Socket from, Socket to, bool answers)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _closing.Token) is > 0 and var count)
            {
                await SendAsync(to, buffer.AsMemory(0, count), answers);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
        }
    }

    private async Task SendAsync(Socket to, ReadOnlyMemory<byte> data, bool answers)
    {
        var weather = _weather;
        if (weather == Weather.Pass)
        {
            await to.SendAsync(data, _closing.Token);
            return;
        }

        Interlocked.Increment(ref _struck);
        switch (weather)
        {
            case Weather.Blackhole or Weather.HalfOpen:
            case Weather.OneWay when answers:
                return;
            case Weather.Trickle:
                while (_weather == Weather.Trickle && data.Length > 1)
                {
                    await to.SendAsync(data[..1], _closing.Token);
                    data = data[1..];
                    await Task.Delay(1000, _closing.Token);
                }

                break;
            case Weather.Delay:
                await Task.Delay(200, _closing.Token);
                break;
        }

        await to.SendAsync(data, _closing.Token);
    }

    /// <summary>Closing without lingering is what the kernel turns into RST.</summary>
    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }

        socket.Dispose();
    }
}
