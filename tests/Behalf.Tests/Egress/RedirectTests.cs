using Behalf.Egress;

namespace Behalf.Tests.Egress;

public sealed class RedirectTests
{
    private static readonly KeyValuePair<string, string>[] Headers =
        [new("Authorization", "Bearer t"), new("X-Api-Key", "k"), new("accept", "application/json"), new("User-Agent", "me")];

    [Fact]
    public async Task Redirects_of_a_get_are_followed_and_keep_the_headers_on_the_same_origin()
    {
        await using var server = Counting(3);
        using var http = Calls.Http(Calls.Loopback);
        var answer = await http.SendAsync(Calls.Get(server.Url("/3")) with { FollowRedirects = true, Headers = Headers });
        Assert.Equal((200, "done"), (answer.Status, answer.Text()));
        Assert.Equal(4, server.Requests.Count);
        Assert.All(server.Requests, head => Assert.Contains("Authorization: Bearer t", head, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_fourth_redirect_is_one_too_many()
    {
        await using var server = Counting(4);
        using var http = Calls.Http(Calls.Loopback);
        var failure = await http.FailAsync(Calls.Get(server.Url("/4")) with { FollowRedirects = true });
        Assert.Equal(EgressFailure.TooManyRedirects, failure.Failure);
        Assert.Equal(4, server.Requests.Count);
    }

    [Fact]
    public async Task Another_origin_gets_no_credential()
    {
        await using var stranger = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        await using var server = RawServer.Answering(
            $"HTTP/1.1 307 Temporary Redirect\r\nLocation: {stranger.Url("/there")}\r\nContent-Length: 0\r\n\r\n");
        using var http = Calls.Http(Calls.Loopback);

        await http.SendAsync(Calls.Get(server.Url()) with { FollowRedirects = true, Headers = Headers });

        var head = Assert.Single(stranger.Requests);
        Assert.DoesNotContain("Bearer", head, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Api-Key", head, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("accept: application/json", head, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("User-Agent: me", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_host_is_followed_to_only_if_the_request_names_it()
    {
        await using var stranger = RawServer.Sink();
        await using var server = RawServer.Answering(
            $"HTTP/1.1 302 Found\r\nLocation: {stranger.Url()}\r\nContent-Length: 0\r\n\r\n");
        using var http = Calls.Http(Calls.Loopback);
        var hosts = AllowedHosts.Of([$"127.0.0.1:{server.Port}"]);
        var request = Calls.Get(server.Url()) with { FollowRedirects = true, Hosts = hosts };

        Assert.Equal(EgressDenial.Host, (await http.FailAsync(request)).Denial);
        Assert.Equal(0, stranger.Connections);
    }

    [Theory]
    [InlineData("POST", true)]
    [InlineData("DELETE", true)]
    [InlineData("GET", false)]
    public async Task Otherwise_the_redirect_is_the_answer(string method, bool follow)
    {
        await using var server = Counting(1);
        using var http = Calls.Http(Calls.Loopback);
        var answer = await http.SendAsync(Calls.Of(new HttpMethod(method), server.Url("/1")) with { FollowRedirects = follow });
        Assert.Equal((302, "/0"), (answer.Status, answer.Headers["location"]));
        Assert.Single(server.Requests);
    }

    [Fact]
    public void No_redirect_leads_from_https_to_http()
    {
        var hop = new Hop(new Uri("https://api.example.com/"), 0, Headers);
        var refusal = Assert.Throws<EgressException>(() => Redirects.Follow(hop, new Uri("http://api.example.com/")));
        Assert.Equal(EgressDenial.Plaintext, refusal.Denial);
    }

    [Theory]
    [InlineData("https://api.example.com/other", 4)]
    [InlineData("https://API.example.com:443/other", 4)]
    [InlineData("https://api.example.com:8443/", 2)]
    [InlineData("https://example.com/", 2)]
    public void Host_and_port_decide_who_is_a_stranger(string url, int headers)
    {
        var hop = new Hop(new Uri("https://api.example.com/"), 0, Headers);
        Assert.Equal(headers, Redirects.Follow(hop, new Uri(url)).Headers.Count);
    }

    /// <summary>Redirects from /n to /n-1, and answers at /0.</summary>
    private static RawServer Counting(int from) => RawServer.Start(async connection =>
    {
        while (await connection.ReadRequestAsync() is { } head)
        {
            var at = Enumerable.Range(0, from + 1).Single(n => head.Contains($" /{n} ", StringComparison.Ordinal));
            await connection.SendAsync(at == 0
                ? "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone"
                : $"HTTP/1.1 302 Found\r\nLocation: /{at - 1}\r\nContent-Length: 0\r\n\r\n");
        }
    });
}
