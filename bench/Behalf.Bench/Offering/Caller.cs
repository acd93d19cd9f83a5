using System.Net.Sockets;

namespace Behalf.Bench.Offering;

/// <summary>A connection that makes one call at a time and tells when it is free again.</summary>
internal sealed class Caller : IDisposable
{
    // An answer is less than 2 KB.
    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly SocketAsyncEventArgs _receiving = new();
    private readonly Target _target;
    private readonly Tally _tally;
    private readonly Action<Caller> _isFree;
    private Socket _socket;
    private int _length;
    private long _due;
    private int _calling;
    private volatile bool _disposed;

    public Caller(Target target, Tally tally, Action<Caller> isFree)
    {
        (_target, _tally, _isFree) = (target, tally, isFree);
        _receiving.Completed += (_, _) => Listen(completed: true);
        _socket = Connect();
    }

    public bool IsCalling => Volatile.Read(ref _calling) == 1;

    public void Call(long due)
    {
        _due = due;
        Volatile.Write(ref _calling, 1);
        _tally.Sent();
        try
        {
            _socket.Send(_target.AnyCall());
        }
        catch (SocketException)
        {
            // What listens hears of it, too.
        }
    }

    public void Start() => Listen(completed: false);

    public void Dispose()
    {
        _disposed = true;
        _socket.Dispose();
        _receiving.Dispose();
    }

    private Socket Connect()
    {
        // Closed by a reset: thousands of connections in TIME_WAIT would use up the ports.
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, LingerState = new LingerOption(true, 0) };
        socket.Connect(_target.EndPoint);
        _length = 0;
        _receiving.SetBuffer(_buffer, 0, _buffer.Length);
        return socket;
    }

    private void Listen(bool completed)
    {
        try
        {
            while (completed ? Take() : !_disposed)
            {
                completed = !_socket.ReceiveAsync(_receiving);
                if (!completed)
                {
                    return;
                }
            }
        }
        catch (ObjectDisposedException)
        {
            // The order has ended.
        }
    }

    /// <summary>Takes what came; false if nothing more will.</summary>
    private bool Take()
    {
        if (_receiving.SocketError != SocketError.Success || _receiving.BytesTransferred == 0)
        {
            return !_disposed && Reconnect();
        }

        _length += _receiving.BytesTransferred;
        if (!Answer.TryRead(_buffer.AsSpan(0, _length), out var answer))
        {
            _receiving.SetBuffer(_length, _buffer.Length - _length);
            return true;
        }

        _length = 0;
        _receiving.SetBuffer(0, _buffer.Length);
        _tally.Count(answer, _due);
        Volatile.Write(ref _calling, 0);
        _isFree(this);
        return true;
    }

    /// <summary>The server closed the connection.</summary>
    private bool Reconnect()
    {
        var wasCalling = Interlocked.Exchange(ref _calling, 0) == 1;
        if (wasCalling)
        {
            _tally.Fail($"the connection broke: {_receiving.SocketError}");
        }

        _socket.Dispose();
        try
        {
            _socket = Connect();
        }
        catch (SocketException e)
        {
            _tally.Fail($"no connection: {e.Message}");
            return false;
        }

        if (wasCalling)
        {
            _isFree(this);
        }

        return true;
    }
}
