using System.Security.Cryptography;

namespace Behalf.Keys;

/// <summary>Bytes that are secret: pinned, so that the garbage collector leaves no copies behind, and zeroed when done.</summary>
internal sealed class SecretBuffer : IDisposable
{
    private readonly byte[] _bytes;
    private bool _disposed;

    public SecretBuffer(int length) => _bytes = GC.AllocateArray<byte>(length, pinned: true);

    public int Length => _bytes.Length;

    public Span<byte> Span => Alive();

    /// <summary>For calls that wait; valid as long as the buffer is.</summary>
    public Memory<byte> Memory => Alive();

    public static SecretBuffer Random(int length)
    {
        var buffer = new SecretBuffer(length);
        RandomNumberGenerator.Fill(buffer._bytes);
        return buffer;
    }

    public static SecretBuffer CopyOf(ReadOnlySpan<byte> bytes)
    {
        var buffer = new SecretBuffer(bytes.Length);
        bytes.CopyTo(buffer._bytes);
        return buffer;
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        _disposed = true;
    }

    public override string ToString() => "[secret]";

    private byte[] Alive()
    {
        // A key of zeroes would encrypt as well as any other, and silently.
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _bytes;
    }
}
