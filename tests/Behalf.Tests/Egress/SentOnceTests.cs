using Behalf.Egress;

namespace Behalf.Tests.Egress;

/// <summary>Whatever becomes of a connection, the peer sees a request at most once.</summary>
public sealed class SentOnceTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    public static TheoryData<string, string, bool> Requests
    {
        get
        {
            var all = new TheoryData<string, string, bool>();
            foreach (var (method, body) in new[]
            {
                ("POST", "grant_type=refresh_token"), ("POST", ""), ("PUT", ""), ("PATCH", "x"), ("DELETE", ""),
                ("GET", ""), ("HEAD", ""), ("OPTIONS", ""),
            })
            {
                all.Add(method, body, false);
                all.Add(method, body, true);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_connection_that_ends_after_the_request_does_not_make_it_go_out_again(
        string method, string body, bool reset)
    {
        await using var server = RawServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            End(connection, reset);
        });
        using var http = Calls.Http(Calls.Loopback);

        var failure = await http.FailAsync(Calls.Post(server.Url(), body) with { Method = new HttpMethod(method) });

        Assert.Equal((EgressFailure.ResponseEnded, false), (failure.Failure, failure.Unsent));
        Assert.Single(server.Requests);
        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Nor_does_a_pooled_connection_that_ends_after_the_request(string method, string body, bool reset)
    {
        var used = 0;
        await using var server = RawServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync(Ok);
            await connection.ReadRequestAsync();
            Interlocked.Increment(ref used);
            End(connection, reset);
        });
        using var http = Calls.Http(Calls.Loopback);
        Assert.Equal("ok", (await http.SendAsync(Calls.Get(server.Url("/first")))).Text());

        var failure = await http.FailAsync(Calls.Post(server.Url("/second"), body) with { Method = new HttpMethod(method) });

        Assert.Equal((EgressFailure.ResponseEnded, false), (failure.Failure, failure.Unsent));
        Assert.Equal(2, server.Requests.Count);
        Assert.Equal(1, server.Connections);
        Assert.Equal(1, used);
    }

    [Fact]
    public async Task An_idle_connection_that_the_peer_closed_is_not_used_again()
    {
        var closed = new TaskCompletionSource();
        await using var server = RawServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync(Ok);
            connection.Stream.Close();
            closed.TrySetResult();
        });
        using var http = Calls.Http(Calls.Loopback);
        await http.SendAsync(Calls.Get(server.Url()));
        await closed.Task;

        Assert.Equal(200, (await http.SendAsync(Calls.Get(server.Url()))).Status);
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task A_body_may_still_end_with_its_connection()
    {
        await using var server = RawServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.0 200 OK\r\n\r\nuntil the end");
        });
        using var http = Calls.Http(Calls.Loopback);
        Assert.Equal("until the end", (await http.SendAsync(Calls.Get(server.Url()))).Text());
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 3)]
    public async Task A_fresh_connection_serves_one_request(bool fresh, int connections)
    {
        await using var server = RawServer.Answering(Ok);
        using var http = Calls.Http(Calls.Loopback);
        for (var i = 0; i < 3; i++)
        {
            await http.SendAsync(Calls.Post(server.Url(), "x") with { FreshConnection = fresh });
        }

        Assert.Equal((3, connections), (server.Requests.Count, server.Connections));
    }

    private static void End(RawConnection connection, bool reset)
    {
        if (reset)
        {
            connection.Reset();
        }
    }
}
