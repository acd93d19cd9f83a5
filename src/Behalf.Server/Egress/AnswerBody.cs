using System.Buffers;
using System.IO.Compression;

namespace Behalf.Egress;

/// <summary>A body as it was read, and what it takes of the memory for large ones.</summary>
internal readonly record struct ReadBody(ReadOnlyMemory<byte> Bytes, bool Truncated, AnswerShare? Memory);

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

    /// <param name="memory">What a large body takes its share of.</param>
    /// <param name="project">For whom; null where the limit is so small that nothing is counted.</param>
    public static async Task<ReadBody> ReadAsync(
        HttpContent content, int limit, AnswerMemory memory, Id<IdKinds.Project>? project, CancellationToken ct)
    {
        await using var wire = new CountingStream(await content.ReadAsStreamAsync(ct));
        await using var decoded = Decode(content, wire);
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        var length = 0;
        AnswerShare? share = null;
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

                if (length == buffer.Length && length <= limit)
                {
                    var size = Math.Min(length * 2, limit + 1);
                    if (size > AnswerMemory.Uncounted && project is { } owner)
                    {
                        share ??= new AnswerShare(memory, owner);
                        await share.HoldAsync(size, ct);
                    }

                    buffer = Larger(buffer, size);
                }
            }

            if (share is not null)
            {
                await share.HoldAsync(buffer.AsSpan(0, length), ct);
            }

            var held = share;
            share = null;
            var body = buffer.AsMemory(0, Math.Min(length, limit));
            return new ReadBody(IsPooled(buffer) ? body.ToArray() : body, length > limit, held);
        }
        catch (InvalidOperationException e) when (decoded is BrotliStream)
        {
            // Its way to say what the other decoders call invalid data.
            throw new InvalidDataException(e.Message);
        }
        finally
        {
            share?.Dispose();
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

    private static byte[] Larger(byte[] buffer, int size)
    {
        var larger = size > AnswerMemory.Uncounted ? GC.AllocateUninitializedArray<byte>(size) : ArrayPool<byte>.Shared.Rent(size);
        buffer.CopyTo(larger, 0);
        Return(buffer);
        return larger;
    }

    /// <summary>The pool never gives back what it was given: a few large answers at once would stay in it.</summary>
    private static bool IsPooled(byte[] buffer) => buffer.Length <= AnswerMemory.Uncounted;

    /// <summary>Wiped: a token endpoint's answer may have been in it.</summary>
    private static void Return(byte[] buffer)
    {
        if (IsPooled(buffer))
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    /// <summary>Counts what came over the wire. Read only by the decoder above it: what a stream must have beyond that is not for use.</summary>
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
