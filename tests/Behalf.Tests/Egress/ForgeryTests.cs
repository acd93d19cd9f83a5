using System.Net;
using Behalf.Egress;

namespace Behalf.Tests.Egress;

/// <summary>Server-side request forgery: no spelling of a private place, however it gets here, opens a connection.</summary>
public sealed class ForgeryTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    /// <summary>PORT is where the sink listens, on every address of this machine.</summary>
    public static TheoryData<string> Spellings =>
    [
        // Loopback in every notation that some parser takes.
        "https://127.0.0.1:PORT/", "https://127.0.0.1.:PORT/", "https://127.1:PORT/", "https://127.0.1:PORT/",
        "https://127.255.255.254:PORT/", "https://2130706433:PORT/", "https://0x7f000001:PORT/", "https://0x7f.1:PORT/",
        "https://0x7f.0x0.0x0.0x1:PORT/", "https://0177.0.0.1:PORT/", "https://017700000001:PORT/",
        "https://0177.0x0.0.1:PORT/", "https://127.0.0.01:PORT/", "https://00000177.1:PORT/", "https://0:PORT/",
        "https://0.0.0.0:PORT/", "https://0.0.0.1:PORT/", "https://localhost:PORT/", "https://LOCALHOST:PORT/",
        "https://localhost.:PORT/", "https://sub.localhost:PORT/", "https://localhost.localdomain:PORT/",
        "https://ⓛocalhost:PORT/", "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:PORT/", "https://①②⑦.⓪.⓪.①:PORT/", "https://127。0。0。1:PORT/",
        "https://１２７.0.0.1:PORT/", "https://127%2e0%2e0%2e1:PORT/", "https://%6cocalhost:PORT/",
        "https://127.0.0.1.nip.io:PORT/",

        // IPv6 forms of it.
        "https://[::1]:PORT/", "https://[0:0:0:0:0:0:0:1]:PORT/", "https://[0000::1]:PORT/", "https://[::]:PORT/",
        "https://[::127.0.0.1]:PORT/", "https://[::7f00:1]:PORT/", "https://[::ffff:127.0.0.1]:PORT/",
        "https://[::ffff:7f00:1]:PORT/", "https://[::ffff:0:127.0.0.1]:PORT/", "https://[64:ff9b::127.0.0.1]:PORT/",
        "https://[64:ff9b:1::127.0.0.1]:PORT/", "https://[2002:7f00:1::]:PORT/",
        "https://[2001:0:808:808::80ff:fffe]:PORT/", "https://[::1%25lo]:PORT/", "https://[fe80::1%25eth0]:PORT/",

        // Private networks and the metadata services of clouds.
        "https://10.0.0.1:PORT/", "https://172.16.0.1:PORT/", "https://172.31.255.255:PORT/",
        "https://192.168.1.1:PORT/", "https://100.64.0.1:PORT/", "https://169.254.169.254/latest/meta-data/",
        "https://2852039166/", "https://0xa9fea9fe/", "https://0251.0376.0251.0376/", "https://[::ffff:a9fe:a9fe]/",
        "https://[fd00:ec2::254]/", "https://[fd20:ce::254]/", "https://metadata.google.internal/",
        "https://100.100.100.200/", "https://192.0.0.192/", "https://168.63.129.16/", "https://[fc00::1]/",
        "https://224.0.0.1/", "https://255.255.255.255/", "https://198.18.0.1/",

        // One host for the reader, another for the parser.
        "https://api.example.com@127.0.0.1:PORT/", "https://api.example.com%40127.0.0.1:PORT/",
        "https://127.0.0.1:PORT\\@api.example.com/", "https://api.example.com\\@127.0.0.1:PORT/",
        "https:\\\\127.0.0.1:PORT\\", "https:///127.0.0.1:PORT/", "https:127.0.0.1:PORT/",
        "https://127.0.0.1:PORT#@api.example.com/", "https://127.0.0.1:PORT?@api.example.com/",
        "https://api.example.com\u0000.127.0.0.1:PORT/", "https://127.0.0.1\t:PORT/", "https://127.0.0.1:PORT:443/",
        " https://127.0.0.1:PORT/", "https://127.0.0.1 :PORT/",

        // Without TLS, other schemes, ports of other protocols.
        "http://127.0.0.1:PORT/", "http://localhost:PORT/", "http://[::1]:PORT/", "HTTP://127.1:PORT/",
        "ws://127.0.0.1:PORT/", "ftp://127.0.0.1:PORT/", "file:///etc/passwd", "gopher://127.0.0.1:PORT/_x",
        "//127.0.0.1:PORT/", "https://127.0.0.1:22/", "https://127.0.0.1:25/", "https://127.0.0.1:5432/",
    ];

    [Theory]
    [MemberData(nameof(Spellings))]
    public async Task No_spelling_of_a_private_address_is_connected_to(string spelling)
    {
        await using var sink = RawServer.Sink();
        using var http = Calls.Http(Calls.Nothing, Always("127.0.0.1", "::1"));
        var text = spelling.Replace("PORT", $"{sink.Port}", StringComparison.Ordinal);

        // The check of what people type may let a spelling through: the guard must not depend on it.
        _ = UrlRules.TryParse(text, out _, out _);
        if (Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            var refusal = await http.FailAsync(Calls.Get(url));
            Assert.Equal(EgressFailure.Denied, refusal.Failure);
            Assert.Contains(refusal.Denial, new EgressDenial?[] { EgressDenial.Address, EgressDenial.Url });
            Assert.True(refusal.Unsent);
        }

        Assert.Equal(0, sink.Connections);
    }

    [Fact]
    public async Task The_sink_of_these_tests_does_count()
    {
        await using var sink = RawServer.Sink();
        using var http = Calls.Http(Calls.Loopback, Always("127.0.0.1"));
        await http.FailAsync(Calls.Get(sink.Url()));
        await http.FailAsync(Calls.Get(sink.Url(host: "anything.test")));
        await http.FailAsync(Calls.Get(sink.Url(host: "[::1]")));
        Assert.Equal(3, sink.Connections);
    }

    [Fact]
    public async Task A_name_that_turns_private_after_its_first_answer_is_not_followed_there()
    {
        await using var allowed = RawServer.Answering(Ok, "127.0.0.2");
        await using var sink = RawServer.Start(_ => Task.CompletedTask, "127.0.0.1", allowed.Port);
        var answers = new Queue<string>(["127.0.0.2", "127.0.0.1"]);
        using var http = Calls.Http(
            EgressOptions.Parse("127.0.0.2/32"), (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(answers.Dequeue())]));
        var request = Calls.Get(allowed.Url(host: "rebinding.test")) with { FreshConnection = true };

        Assert.Equal(200, (await http.SendAsync(request)).Status);
        Assert.Single(answers);
        var refusal = await http.FailAsync(request);

        Assert.Equal(EgressDenial.Address, refusal.Denial);
        Assert.Empty(answers);
        Assert.Equal(0, sink.Connections);
    }

    [Theory]
    [InlineData("127.0.0.3", "127.0.0.2")]
    [InlineData("127.0.0.2", "127.0.0.3")]
    public async Task Of_several_addresses_only_those_that_are_allowed_are_tried(string first, string second)
    {
        await using var allowed = RawServer.Answering(Ok, "127.0.0.2");
        await using var sink = RawServer.Start(_ => Task.CompletedTask, "127.0.0.1", allowed.Port);
        using var http = Calls.Http(
            EgressOptions.Parse("127.0.0.2/31"), Always("127.0.0.1", "10.0.0.1", first, second, "::1"));

        // Nobody listens on 127.0.0.3: then the other one is tried.
        Assert.Equal(200, (await http.SendAsync(Calls.Get(allowed.Url(host: "several.test")))).Status);
        Assert.Equal(0, sink.Connections);
    }

    public static TheoryData<string> Locations =>
    [
        "http://127.0.0.1:PORT/", "https://127.0.0.1:PORT/", "//127.0.0.1:PORT/", "http://2130706433:PORT/",
        "http://0x7f.1:PORT/", "http://0.0.0.0:PORT/", "http://localhost:PORT/", "http://[::1]:PORT/",
        "http://[::ffff:127.0.0.1]:PORT/", "http://[::127.0.0.1]:PORT/", "http://[64:ff9b::7f00:1]:PORT/",
        "http://[2002:7f00:1::]:PORT/", "http://169.254.169.254/", "http://10.0.0.1/", "http://192.168.0.1/",
        "http://172.16.0.1/", "http://100.64.0.1/", "http://[fd00::1]/", "http://user@127.0.0.1:PORT/",
        "ftp://127.0.0.1:PORT/", "file:///etc/passwd", "\\\\127.0.0.1:PORT\\", "http://",
    ];

    [Theory]
    [MemberData(nameof(Locations))]
    public async Task A_redirect_to_a_private_address_is_not_followed(string location)
    {
        await using var sink = RawServer.Sink();
        var target = location.Replace("PORT", $"{sink.Port}", StringComparison.Ordinal);
        await using var allowed = RawServer.Answering(
            $"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n", "127.0.0.2");
        using var http = Calls.Http(EgressOptions.Parse("127.0.0.2/32"), Always("127.0.0.1"));

        var refusal = await http.FailAsync(Calls.Get(allowed.Url(host: "127.0.0.2")) with { FollowRedirects = true });

        Assert.Equal(EgressFailure.Denied, refusal.Failure);
        Assert.False(refusal.Unsent, "the first request was sent");
        Assert.Equal(0, sink.Connections);
        Assert.Single(allowed.Requests);
    }

    [Fact]
    public async Task A_host_that_the_request_does_not_name_is_not_asked_for_its_address()
    {
        using var http = Calls.Http(Calls.Loopback, (_, _) => throw new InvalidOperationException("resolved"));
        var request = Calls.Get(new Uri("https://evil.test/")) with { Hosts = AllowedHosts.Of(["api.example.com"]) };
        Assert.Equal(EgressDenial.Host, (await http.FailAsync(request)).Denial);
    }

    [Theory]
    [InlineData("http://user@127.0.0.1:PORT/")]
    [InlineData("http://user:password@127.0.0.1:PORT/")]
    [InlineData("ftp://127.0.0.1:PORT/")]
    public async Task Not_even_an_allowed_address_is_called_with_a_user_name_or_another_scheme(string text)
    {
        await using var sink = RawServer.Sink();
        using var http = Calls.Http(Calls.Loopback);
        var refusal = await http.FailAsync(Calls.Get(new Uri(text.Replace("PORT", $"{sink.Port}", StringComparison.Ordinal))));
        Assert.Equal(EgressDenial.Url, refusal.Denial);
        Assert.Equal(0, sink.Connections);
    }

    private static ResolveHost Always(params string[] addresses) =>
        (_, _) => Task.FromResult(addresses.Select(IPAddress.Parse).ToArray());
}
