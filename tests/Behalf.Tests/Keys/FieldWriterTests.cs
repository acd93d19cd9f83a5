using Behalf.Keys;

namespace Behalf.Tests.Keys;

public sealed class FieldWriterTests
{
    [Fact]
    public void A_field_is_its_length_and_itself() =>
        Assert.Equal(
            "0003616263" + "0000" + "00020102" + "000401020304" + "00080102030405060708",
            Convert.ToHexStringLower(new FieldWriter()
                .Add("abc").Add("").Add((short)0x0102).Add(0x01020304).Add(0x0102030405060708).ToArray()));

    [Fact]
    public void Moving_a_border_changes_the_bytes() =>
        Assert.NotEqual(
            new FieldWriter().Add("ab").Add("c").ToArray(),
            new FieldWriter().Add("a").Add("bc").ToArray());

    [Fact]
    public void A_field_too_long_for_its_length_is_refused() =>
        Assert.Throws<OverflowException>(() => new FieldWriter().Add(new byte[65536]));
}
