using System.Runtime.CompilerServices;

namespace Behalf.Egress;

/// <summary>An HTTP/1.1 connection on which no request is sent a second time.</summary>
/// <remarks>When a connection ends without one byte of an answer, the handler sends a request without a body again, on up
/// to five other connections and whatever the method: a POST that says everything in its URL would run six times. It
/// does so for an end of the stream only, so that is reported as an error here. HTTP/2 needs none of this: it repeats
/// only what the peer has said it did not process (RFC 9113 §8.7). The client reads and writes a connection in order and
/// asynchronously: what a stream must have beyond that is not for use.</remarks>
internal sealed class SentOnceStream(Stream inner) : Stream
{
    private volatile bool _unanswered;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Failpoint.Reach(_unanswered ? "egress.sent" : "egress.idle");
        var read = inner.ReadAsync(buffer, cancellationToken);

        // Reading into nothing waits for data; its zero says nothing of the end.
        if (buffer.IsEmpty)
        {
            return read;
        }

        return read.IsCompletedSuccessfully ? new(Answered(read.Result)) : AwaitAsync(read);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _unanswered = true;
        return inner.WriteAsync(buffer, cancellationToken);
    }

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> AwaitAsync(ValueTask<int> read) => Answered(await read);

    private int Answered(int count)
    {
        if (count == 0 && _unanswered)
        {
            throw new HttpIOException(HttpRequestError.ResponseEnded);
        }

        _unanswered = false;
        return count;
    }
}
