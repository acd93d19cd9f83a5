using System.Net;
using Behalf.Egress;

namespace Behalf.Tests.Egress;

public sealed class EgressOptionsTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" , ")]
    public void Nothing_is_allowed_by_default(string? value) => Assert.Empty(EgressOptions.Parse(value).Allow);

    [Fact]
    public void Ranges_are_separated_by_commas() => Assert.Equal(
        [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("10.20.0.0/16"), IPNetwork.Parse("fd00::/8"), IPNetwork.Parse("::1/128")],
        EgressOptions.Parse("127.0.0.0/8, 10.20.0.0/16,FD00::/8,::1/128").Allow);

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.0.0.1/8")]
    [InlineData("127/8")]
    [InlineData("010.0.0.0/8")]
    [InlineData("10.0.0.0/08")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0 /8")]
    [InlineData("localhost")]
    [InlineData("0.0.0.0/0")]
    [InlineData("::/0")]
    [InlineData("::ffff:10.0.0.0/104")]
    [InlineData("64:ff9b::/96")]
    [InlineData("2002:a00::/24")]
    [InlineData("10.0.0.0/8;127.0.0.0/8")]
    public void A_value_that_could_mean_something_else_stops_the_start(string wrong)
    {
        var refusal = Assert.Throws<FormatException>(() => EgressOptions.Parse($"192.168.7.0/24,{wrong}"));
        Assert.StartsWith($"BEHALF_EGRESS_ALLOW: '{wrong}' ", refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", refusal.Message, StringComparison.Ordinal);
    }
}
