using Behalf.Egress;

namespace Behalf.Tests.Egress;

public sealed class AllowedHostsTests
{
    private static readonly AllowedHosts Hosts = AllowedHosts.Of(
        ["api.example.com", "*.example.net", "ghe.example.org:8443", "127.0.0.1:9000", "[::1]:9000", "Müller.example"]);

    [Theory]
    [InlineData("https://api.example.com/x")]
    [InlineData("https://API.EXAMPLE.com:443/x")]
    [InlineData("https://a.example.net/")]
    [InlineData("https://a.b.example.net/")]
    [InlineData("https://ghe.example.org:8443/")]
    [InlineData("http://127.0.0.1:9000/")]
    [InlineData("http://[::1]:9000/")]
    [InlineData("https://xn--mller-kva.example/")]
    public void A_listed_host_is_allowed(string url) => Assert.True(Hosts.Contain(new Uri(url)));

    [Theory]
    [InlineData("https://example.com/")]
    [InlineData("https://api.example.com.evil.test/")]
    [InlineData("https://evil-api.example.com/")]
    [InlineData("https://x.api.example.com/")]
    [InlineData("https://api.example.com:8443/")]
    [InlineData("https://api.example.com./")]
    [InlineData("https://example.net/")]
    [InlineData("https://evilexample.net/")]
    [InlineData("https://a.example.net:444/")]
    [InlineData("https://ghe.example.org/")]
    [InlineData("https://ghe.example.org:8444/")]
    [InlineData("http://127.0.0.1/")]
    [InlineData("https://api.example.com@evil.test/")]
    public void Any_other_host_or_port_is_not(string url) => Assert.False(Hosts.Contain(new Uri(url)));

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("*.com")]
    [InlineData("*.127.0.0.1")]
    [InlineData("a.*.example.com")]
    [InlineData("https://api.example.com")]
    [InlineData("api.example.com/path")]
    [InlineData("user@api.example.com")]
    [InlineData("api.example.com:443")]
    [InlineData("api.example.com:")]
    [InlineData("api example.com")]
    [InlineData("2130706433")]
    public void A_rule_that_is_no_host_is_named(string rule)
    {
        var refusal = Assert.Throws<FormatException>(() => AllowedHosts.Of([rule]));
        Assert.Contains($"'{rule}'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_rule_at_all_is_a_mistake_and_does_not_mean_any() => Assert.Throws<FormatException>(() => AllowedHosts.Of([]));
}
