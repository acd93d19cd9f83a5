using System.Runtime.CompilerServices;
using Behalf.Keys;

namespace Behalf.Tests.Keys;

public sealed class SecretBufferTests
{
    [Fact]
    public void Disposing_leaves_zeroes_and_nothing_to_use()
    {
        var buffer = SecretBuffer.CopyOf([1, 2, 3]);
        var bytes = Bytes(buffer);
        buffer.Dispose();
        Assert.Equal(new byte[3], bytes);
        Assert.Throws<ObjectDisposedException>(() => buffer.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => buffer.Memory);
    }

    [Fact]
    public void It_stays_where_it_is()
    {
        using var buffer = SecretBuffer.Random(32);
        Assert.Equal(GC.MaxGeneration, GC.GetGeneration(Bytes(buffer)));
        Assert.NotEqual(new byte[32], buffer.Span.ToArray());
    }

    [Fact]
    public void It_prints_as_a_word()
    {
        using var buffer = SecretBuffer.CopyOf("hunter2"u8);
        Assert.Equal("[secret]", $"{buffer}");
    }

    [Fact]
    public void A_sealing_key_that_was_zeroed_seals_nothing()
    {
        var key = new SealingKey(new byte[32]);
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.Seal([], [], []));
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_bytes")]
    private static extern ref byte[] Field(SecretBuffer buffer);

    private static byte[] Bytes(SecretBuffer buffer) => Field(buffer);
}
