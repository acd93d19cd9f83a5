using System.Security.Cryptography;

namespace Behalf.Keys.Aws;

/// <summary>The SDK takes and gives keys as streams; this leaves none of their bytes in these. The JSON around them is the SDK's,
/// and goes with the garbage.</summary>
internal sealed class ZeroedStream : IDisposable
{
    private readonly byte[] _bytes;

    public ZeroedStream(ReadOnlySpan<byte> key)
    {
        _bytes = key.ToArray();
        Stream = new MemoryStream(_bytes);
    }

    public MemoryStream Stream { get; }

    /// <summary>Moves what the SDK gave into a buffer of ours.</summary>
    public static SecretBuffer Take(MemoryStream given)
    {
        var buffer = new SecretBuffer((int)given.Length);
        given.Position = 0;
        given.ReadExactly(buffer.Span);

        // Written through the stream, because its array is not to be had.
        given.Position = 0;
        given.Write(new byte[buffer.Length]);
        given.Dispose();
        return buffer;
    }

    public void Dispose()
    {
        Stream.Dispose();
        CryptographicOperations.ZeroMemory(_bytes);
    }
}
