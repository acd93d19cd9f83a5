using System.Text;
using Behalf.Egress;

namespace Behalf.Tests.Egress;

/// <summary>What goes over the wire.</summary>
public sealed class RequestTests
{
    private static readonly IReadOnlySet<string> None = new HashSet<string>();

    [Fact]
    public async Task A_request_says_what_it_was_given_and_little_else()
    {
        await using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        using var http = Calls.Http(Calls.Loopback);
        await http.SendAsync(Calls.Post(server.Url("/token?x=%2F"), "a=b") with
        {
            Headers = [new("Authorization", "Basic abc"), new("X-Custom", "one"), new("Content-Language", "en")],
        });

        var lines = server.Requests.Single().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("POST /token?x=%2F HTTP/1.1", lines[0]);
        Assert.Equal(
            [
                "Accept-Encoding: gzip, br", "Authorization: Basic abc", "Content-Language: en", "Content-Length: 3",
                "Content-Type: application/x-www-form-urlencoded", $"Host: 127.0.0.1:{server.Port}", "User-Agent: behalf",
                "X-Custom: one",
            ],
            lines[1..].Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Host", "evil.test")]
    [InlineData("host", "evil.test")]
    [InlineData("Content-Length", "0")]
    [InlineData("Transfer-Encoding", "chunked")]
    [InlineData("Connection", "Authorization")]
    [InlineData("Keep-Alive", "1")]
    [InlineData("Proxy-Authorization", "Basic x")]
    [InlineData("TE", "trailers")]
    [InlineData("Trailer", "X")]
    [InlineData("Upgrade", "h2c")]
    [InlineData("Expect", "100-continue")]
    [InlineData("Accept-Encoding", "zstd")]
    [InlineData("HTTP2-Settings", "x")]
    [InlineData("X-A", "b\r\nHost: evil.test")]
    [InlineData("X-A", "b\n")]
    [InlineData("X-A", "b\0")]
    [InlineData("X-A", "snow ☃")]
    [InlineData("X-A\r\nHost", "evil.test")]
    [InlineData("X A", "b")]
    [InlineData("X-A:", "b")]
    [InlineData("", "b")]
    public async Task A_header_that_would_change_the_message_is_not_sent_whoever_sets_it(string name, string value)
    {
        await using var sink = RawServer.Sink();
        using var http = Calls.Http(Calls.Loopback);

        var refusal = await http.FailAsync(Calls.Get(sink.Url()) with { Headers = [new(name, value)] });

        Assert.Equal((EgressDenial.Header, true), (refusal.Denial, refusal.Unsent));
        Assert.Equal(0, sink.Connections);
        Assert.False(HeaderRules.CallerMaySet(name, value, new HashSet<string> { name }));
    }

    [Fact]
    public async Task Nor_is_a_content_type_that_would()
    {
        using var http = Calls.Http(Calls.Loopback);
        var request = Calls.Post(new Uri("http://127.0.0.1/"), "x") with { ContentType = "text/plain\r\nHost: evil.test" };
        Assert.Equal(EgressDenial.Header, (await http.FailAsync(request)).Denial);
    }

    [Theory]
    [InlineData("Accept")]
    [InlineData("content-type")]
    [InlineData("If-Match")]
    [InlineData("Idempotency-Key")]
    public void A_caller_may_set_what_is_harmless(string name) => Assert.True(HeaderRules.CallerMaySet(name, "x", None));

    [Theory]
    [InlineData("Authorization")]
    [InlineData("authorization")]
    [InlineData("Cookie")]
    [InlineData("Range")]
    [InlineData("Forwarded")]
    [InlineData("X-Forwarded-Host")]
    [InlineData("X-Forwarded-For")]
    [InlineData("X-HTTP-Method-Override")]
    [InlineData("X-Original-URL")]
    public void A_caller_may_not_set_who_asks_for_what_even_if_a_definition_says_so(string name)
    {
        Assert.False(HeaderRules.CallerMaySet(name, "x", None));
        Assert.False(HeaderRules.CallerMaySet(name, "x", new HashSet<string> { name }));
    }

    [Fact]
    public void Other_headers_are_a_callers_only_if_the_definition_says_so()
    {
        Assert.False(HeaderRules.CallerMaySet("Notion-Version", "2026-01-01", None));
        Assert.True(HeaderRules.CallerMaySet("Notion-Version", "2026-01-01", new HashSet<string> { "notion-version" }));
        Assert.False(HeaderRules.CallerMaySet("Notion-Version", "2026\r\nX: y", new HashSet<string> { "Notion-Version" }));
    }

    [Fact]
    public async Task A_large_body_arrives_whole()
    {
        var body = Encoding.ASCII.GetBytes(new string('x', 3_000_000));
        await using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        using var http = Calls.Http(Calls.Loopback);
        await http.SendAsync(Calls.Of(HttpMethod.Put, server.Url()) with { Body = body });
        Assert.Contains("Content-Length: 3000000", server.Requests.Single(), StringComparison.Ordinal);
    }
}
