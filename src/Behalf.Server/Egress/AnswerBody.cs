using System.Buffers;
using System.IO.Compression;

namespace Behalf.Egress;

/// <summary>Reads an answer's body: decoded, up to a limit, and not at all if it is a bomb.</summary>
internal static class AnswerBody
{
    /// <summary>Sent with every request. Not deflate: servers disagree on what that means (RFC 9110 §8.4.1.2).</summary>
    public const string Codings = "gzip, br";

    /// <summary>A table of equal rows shrinks to a hundredth; only a bomb shrinks to a thousandth.</summary>
    private const int MaxRatio = 200;

    /// <summary>Below this no ratio is suspicious.</summary>
    private const int RatioMatters = 1024 * 1024;

    private const int FirstBuffer = 16 * 1024;

    public static async Task<(ReadOnlyMemory<byte> Body, bool Truncated)> ReadAsync(
        HttpContent content, int limit, CancellationToken ct)
    {
        await using var wire = new CountingStream(await content.ReadAsStreamAsync(ct));
        await using var decoded = Decode(content, wire);
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        var length = 0;
        try
        {
            // One byte beyond the limit tells a body that was cut off from one that just fits.
            while (length <= limit && await decoded.ReadAsync(buffer.AsMemory(length), ct) is > 0 and var read)
            {
                length += read;
                if (length > RatioMatters && length / MaxRatio > wire.Count)
                {
                    throw EgressException.Of(EgressFailure.TooLarge);
                }

                if (length == buffer.Length)
                {
                    buffer = Doubled(buffer);
                }
            }

            return (buffer.AsSpan(0, Math.Min(length, limit)).ToArray(), length > limit);
        }
        catch (InvalidOperationException e) when (decoded is BrotliStream)
        {
            // Its way to say what the other decoders call invalid data.
            throw new InvalidDataException(e.Message);
        }
        finally
        {
            Return(buffer);
        }
    }

    /// <remarks>Reads the header as it was sent: a list that the framework cannot parse would look like no coding at
    /// all, and a body that stays encoded cannot be searched for secrets.</remarks>
    private static Stream Decode(HttpContent content, Stream wire)
    {
        content.Headers.NonValidated.TryGetValues("Content-Encoding", out var coding);
        return coding.ToString().Trim().ToLowerInvariant() switch
        {
            "" or "identity" => wire,
            "gzip" or "x-gzip" => new GZipStream(wire, CompressionMode.Decompress),
            "deflate" => new ZLibStream(wire, CompressionMode.Decompress),
            "br" => new BrotliStream(wire, CompressionMode.Decompress),
            _ => throw new InvalidDataException("A coding that was not asked for."),
        };
    }

    private static byte[] Doubled(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        Return(buffer);
        return larger;
    }

    /// <summary>Wiped: a token endpoint's answer may have been in it.</summary>
    private static void Return(byte[] buffer) => ArrayPool<byte>.Shared.Return(buffer, clearArray: true);

    /// <summary>Counts what came over the wire.</summary>
    private sealed class CountingStream(Stream inner) : Stream
    {
        public long Count { get; private set; }

        public override bool CanRead => true;

        public override bool CanWrite => false;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            Count += read;
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
