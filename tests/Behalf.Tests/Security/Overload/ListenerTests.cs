using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Behalf.Hosting;
using Behalf.Tests.Support;

namespace Behalf.Tests.Security.Overload;

/// <summary>A22: what a peer may take of the listener before anybody knows who it is. Written to the socket, byte by byte.</summary>
public sealed class ListenerTests
{
    [Fact]
    public async Task More_headers_than_are_taken_are_refused_while_they_come()
    {
        var server = await TestServer.SharedAsync("sqlite");
        Assert.Equal(431, await AskAsync(server, "GET /health/live HTTP/1.1\r\nHost: a\r\n" + string.Concat(Enumerable.Range(0, 101).Select(i => $"x-{i}: y\r\n")) + "\r\n"));
        Assert.Equal(431, await AskAsync(server, $"GET /health/live HTTP/1.1\r\nHost: a\r\nx-big: {new string('y', 33 * 1024)}\r\n\r\n"));
        Assert.Equal(200, await AskAsync(server, "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n"));
    }

    [Fact]
    public async Task A_million_headers_are_not_read()
    {
        var server = await TestServer.SharedAsync("sqlite");
        using var peer = await ConnectAsync(server);
        await SendAsync(peer, "GET /health/live HTTP/1.1\r\nHost: a\r\n");
        var lines = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 1000).Select(i => $"x-{i}: y\r\n")));
        var sent = 0;
        try
        {
            for (; sent < 1_000_000; sent += 1000)
            {
                await peer.SendAsync(lines);
            }
        }
        catch (SocketException)
        {
            // Closed while we were still at it.
        }

        Assert.InRange(sent, 0, 999_000);
    }

    [Fact]
    public async Task A_long_request_line_is_refused()
    {
        var server = await TestServer.SharedAsync("sqlite");
        Assert.Equal(414, await AskAsync(server, $"GET /{new string('a', 9 * 1024)} HTTP/1.1\r\nHost: a\r\n\r\n"));
    }

    [Theory]
    [InlineData("Content-Length: 1073741824\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n")]
    public async Task A_body_beyond_four_megabytes_is_refused_and_not_read(string framing)
    {
        await using var server = await TestServer.StartAsync("sqlite");
        using var acme = await server.NewProjectAsync();
        using var peer = await ConnectAsync(server);
        await SendAsync(peer, $"POST /api/v3.1/tools/execute/SANDBOX_GET_ME HTTP/1.1\r\nHost: a\r\nx-api-key: {acme.Key}\r\nContent-Type: application/json\r\n{framing}");
        var part = Encoding.ASCII.GetBytes(framing.StartsWith('C') ? new string(' ', 65536) : "10000\r\n" + new string(' ', 65536) + "\r\n");
        var sent = 0L;
        try
        {
            while (sent < 1 << 30 && peer.Available == 0)
            {
                await peer.SendAsync(part);
                sent += 65536;
            }
        }
        catch (SocketException)
        {
            // Closed while we were still at it.
        }

        // What the two kernels hold in between is not the server's.
        Assert.InRange(sent, 0, 64 << 20);
        Assert.Equal(413, await StatusAsync(peer));
    }

    [Fact]
    public async Task A_hundred_thousand_levels_of_json_are_refused_with_a_sentence()
    {
        var server = await TestServer.SharedAsync("sqlite");
        using var acme = await server.NewProjectAsync();
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 100_000));
        Assert.Equal("Request_Invalid", (await acme.PostAsync("/api/v3.1/tools/execute/SANDBOX_GET_ME", "{\"arguments\":" + deep)).Expect(400).Slug);
        Assert.Equal("Request_Invalid", (await acme.PostAsync("/api/v3.1/user_keys", new string('[', 100_000))).Expect(400).Slug);
    }

    [Fact]
    public async Task Beyond_the_connections_that_are_taken_one_is_closed_as_it_comes()
    {
        await using var server = await TestServer.StartAsync("sqlite", new TestServerOptions { Adjust = settings => settings with { MaxConnections = 5 } });
        var open = new List<Socket>();
        try
        {
            for (var i = 0; i < 5; i++)
            {
                open.Add(await ConnectAsync(server));
                await SendAsync(open[^1], "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n");
                Assert.Equal(200, await StatusAsync(open[^1]));
            }

            Assert.Null(await AskAsync(server, "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n"));
            open[0].Dispose();
            await Eventually.HoldsAsync(async () => await AskAsync(server, "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n") == 200);
        }
        finally
        {
            open.ForEach(peer => peer.Dispose());
        }
    }

    /// <summary>Fifteen seconds pass for real: the listener has a clock of its own. Meanwhile the server answers everybody else.</summary>
    [Fact]
    public async Task Two_thousand_peers_that_send_their_headers_slowly_are_let_go_and_nobody_waits_for_them()
    {
        // A process of its own: this one's memory is that of all tests.
        await using var world = await World.CreateAsync("sqlite");
        await world.StopServerAsync();
        await using var server = await world.StartProcessAsync();
        using var acme = new TestClient(server.Url, world.Project.Key);
        using var nobody = new TestClient(server.Url, null);
        (await acme.GetAsync("/api/v3.1/project")).Expect(200);
        var memory = server.ResidentBytes;
        var slow = new List<Socket>();
        try
        {
            for (var i = 0; i < 2000; i++)
            {
                slow.Add(await ConnectAsync(server.Url));
                await SendAsync(slow[^1], "GET /health/live HTTP/1.1\r\nHost: a\r\nx-slow: ");
            }

            (await acme.GetAsync("/api/v3.1/project")).Expect(200);
            var closed = 0;
            await Eventually.HoldsAsync(async () =>
            {
                (await nobody.GetAsync("/health/live")).Expect(200);
                foreach (var peer in slow.ToArray())
                {
                    if (await DripAsync(peer))
                    {
                        continue;
                    }

                    slow.Remove(peer);
                    peer.Dispose();
                    closed++;
                }

                return closed == 2000;
            });
            Assert.InRange(server.ResidentBytes - memory, long.MinValue, 200L << 20);
        }
        finally
        {
            slow.ForEach(peer => peer.Dispose());
        }
    }

    [Fact]
    public async Task A_body_that_comes_too_slowly_is_given_up()
    {
        await using var server = await TestServer.StartAsync("sqlite");
        using var acme = await server.NewProjectAsync();
        using var peer = await ConnectAsync(server);
        await SendAsync(peer, $"POST /api/v3.1/user_keys HTTP/1.1\r\nHost: a\r\nx-api-key: {acme.Key}\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n");
        await Eventually.HoldsAsync(async () => !await DripAsync(peer));
        Assert.Equal(408, await StatusAsync(peer));
    }

    [Fact]
    public void The_limits_are_those_that_the_documentation_names()
    {
        var limits = new Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerLimits();
        ConnectionLimits.Apply(limits, 10_000);
        Assert.Equal((10_000, 0), (limits.MaxConcurrentConnections, limits.MaxConcurrentUpgradedConnections));
        Assert.Equal((100, 16 * 1024), (limits.Http2.MaxStreamsPerConnection, limits.Http2.MaxRequestHeaderFieldSize));
        Assert.Equal(TimeSpan.FromMinutes(2), limits.KeepAliveTimeout);
        Assert.Equal((1024, 1024), (limits.MinRequestBodyDataRate!.BytesPerSecond, limits.MinResponseDataRate!.BytesPerSecond));
    }

    private static Task<Socket> ConnectAsync(TestServer server) => ConnectAsync(server.Url);

    private static async Task<Socket> ConnectAsync(Uri url)
    {
        var peer = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await peer.ConnectAsync(url.Host, url.Port);
        return peer;
    }

    private static async Task SendAsync(Socket peer, string text) => await peer.SendAsync(Encoding.ASCII.GetBytes(text));

    /// <summary>One more byte; false once the server has answered or closed.</summary>
    private static async Task<bool> DripAsync(Socket peer)
    {
        try
        {
            if (peer.Poll(0, SelectMode.SelectRead))
            {
                return false;
            }

            await SendAsync(peer, " ");
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task<int?> AskAsync(TestServer server, string request)
    {
        using var peer = await ConnectAsync(server);
        try
        {
            await SendAsync(peer, request);
        }
        catch (SocketException)
        {
            return null;
        }

        return await StatusAsync(peer);
    }

    /// <summary>The status of the answer; null if the connection ended without one.</summary>
    private static async Task<int?> StatusAsync(Socket peer)
    {
        var buffer = new byte[64];
        var got = 0;
        try
        {
            while (got < 12)
            {
                var more = await peer.ReceiveAsync(buffer.AsMemory(got));
                if (more == 0)
                {
                    return null;
                }

                got += more;
            }
        }
        catch (SocketException)
        {
            return null;
        }

        return int.Parse(Encoding.ASCII.GetString(buffer, 9, 3), CultureInfo.InvariantCulture);
    }
}
