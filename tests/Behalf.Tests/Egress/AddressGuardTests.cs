using System.Net;
using Behalf.Egress;

namespace Behalf.Tests.Egress;

public sealed class AddressGuardTests
{
    private static readonly AddressGuard Guard = new(Calls.Nothing);

    public static TheoryData<string> Denied =>
    [
        // Each IPv4 range: its first address and its last.
        "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.100.100.200", "100.127.255.255",
        "127.0.0.0", "127.0.0.1", "127.255.255.255", "168.63.129.16", "169.254.0.0", "169.254.169.254",
        "169.254.255.255", "172.16.0.0", "172.31.255.255", "192.0.0.0", "192.0.0.192", "192.0.0.255", "192.0.2.0",
        "192.0.2.255", "192.88.99.0", "192.88.99.255", "192.168.0.0", "192.168.255.255", "198.18.0.0",
        "198.19.255.255", "198.51.100.0", "198.51.100.255", "203.0.113.0", "203.0.113.255", "224.0.0.0",
        "239.255.255.255", "240.0.0.0", "255.255.255.255",

        // IPv6 that is not global unicast, and what is special within it.
        "::", "::1", "100::", "1fff:ffff::", "4000::", "5f00::1", "fc00::", "fd00:ec2::254", "fdff:ffff::", "fe80::1",
        "fe80::1%1", "febf::1", "fec0::1", "ff00::", "ff02::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "2001:1::", "2001:2::1", "2001:10::1", "2001:20::1", "2001:1ff:ffff::", "2001:db8::", "2001:db8:ffff::1",
        "3fff::", "3fff:fff:ffff::",

        // IPv4 inside IPv6: mapped, compatible, translated, NAT64, local NAT64 (both lengths, and neither), 6to4, Teredo.
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::10.0.0.1", "::0.0.0.2",
        "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a00:1", "64:ff9b::169.254.169.254",
        "64:ff9b:1::127.0.0.1", "64:ff9b:1:7f00:0:100::", "64:ff9b:1:a00:0:100::", "64:ff9b:1:a00:0:100:808:808",
        "64:ff9b:1:808:1:808::", "2002:7f00:1::", "2002:a00:1::1", "2002:a9fe:a9fe::", "2001:0:808:808::80ff:fffe",
        "2001::f5ff:fffe",
    ];

    public static TheoryData<string> Public =>
    [
        // Next to each range, on both sides.
        "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
        "168.63.129.15", "168.63.129.17", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
        "191.255.255.255", "192.0.1.0", "192.0.1.255", "192.0.3.0", "192.88.98.255", "192.88.100.0", "192.167.255.255",
        "192.169.0.0", "198.17.255.255", "198.20.0.0", "198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0",
        "223.255.255.255", "8.8.8.8",
        "2000::", "2001:200::1", "2001:db7:ffff::", "2001:db9::", "2606:4700::1111", "3ffe:ffff::", "3fff:1000::",

        // Public IPv4 inside IPv6.
        "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "64:ff9b:1::8.8.8.8", "64:ff9b:1:808:8:800::", "2002:808:808::",
        "2001::f7f7:f7f7",
    ];

    [Theory]
    [MemberData(nameof(Denied))]
    public void An_address_that_no_public_service_has_is_denied(string address) =>
        Assert.Equal(EgressDenial.Address, Guard.Judge(IPAddress.Parse(address), 443, encrypted: true));

    [Theory]
    [MemberData(nameof(Public))]
    public void A_public_address_is_called_by_https_and_not_by_http(string address)
    {
        Assert.Null(Guard.Judge(IPAddress.Parse(address), 443, encrypted: true));
        Assert.Equal(EgressDenial.Plaintext, Guard.Judge(IPAddress.Parse(address), 80, encrypted: false));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(22)]
    [InlineData(25)]
    [InlineData(53)]
    [InlineData(465)]
    [InlineData(1023)]
    [InlineData(3306)]
    [InlineData(5432)]
    [InlineData(6379)]
    [InlineData(11211)]
    [InlineData(27017)]
    public void A_port_of_another_protocol_is_denied(int port) =>
        Assert.Equal(EgressDenial.Port, Guard.Judge(IPAddress.Parse("8.8.8.8"), port, encrypted: true));

    [Theory]
    [InlineData(80)]
    [InlineData(443)]
    [InlineData(1024)]
    [InlineData(8443)]
    [InlineData(65535)]
    public void Other_ports_may_speak_https(int port) =>
        Assert.Null(Guard.Judge(IPAddress.Parse("8.8.8.8"), port, encrypted: true));

    [Theory]
    [InlineData("10.1.0.0", true)]
    [InlineData("10.1.255.255", true)]
    [InlineData("::ffff:10.1.2.3", true)]
    [InlineData("64:ff9b::10.1.2.3", true)]
    [InlineData("64:ff9b:1::10.1.2.3", true)]
    [InlineData("::ffff:0:10.1.2.3", true)]
    [InlineData("::10.1.2.3", true)]
    [InlineData("2001::f5fe:fdfc", true)]
    [InlineData("2002:a01:203::", true)]
    [InlineData("fd00:7::1", true)]
    [InlineData("::1", true)]
    [InlineData("10.0.255.255", false)]
    [InlineData("10.2.0.0", false)]
    [InlineData("::ffff:10.2.0.0", false)]
    [InlineData("fd00:8::1", false)]
    [InlineData("127.0.0.1", false)]
    public void What_the_operator_allows_may_be_called_by_http_on_any_port(string address, bool allowed)
    {
        var guard = new AddressGuard(EgressOptions.Parse("10.1.0.0/16,fd00:7::/32,::1/128"));
        var denial = guard.Judge(IPAddress.Parse(address), 5432, encrypted: false);
        Assert.Equal(allowed ? null : EgressDenial.Address, denial);
    }
}
