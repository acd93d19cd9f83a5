using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Behalf.Egress;
using Behalf.Tests.Support;

namespace Behalf.Tests.Egress;

/// <summary>What broke, and whether the peer can have seen the request.</summary>
public sealed class FailureTests
{
    [Fact]
    public async Task A_name_without_an_address_was_not_sent_to()
    {
        using var http = Calls.Http(Calls.Nothing);
        Expect(EgressFailure.NameNotResolved, unsent: true, await http.FailAsync(Calls.Get(new Uri("https://nowhere.test/"))));
    }

    [Fact]
    public async Task Nor_was_one_that_the_name_server_refuses()
    {
        using var http = Calls.Http(Calls.Nothing, (_, _) => throw new System.Net.Sockets.SocketException(11001));
        Expect(EgressFailure.NameNotResolved, unsent: true, await http.FailAsync(Calls.Get(new Uri("https://nowhere.test/"))));
    }

    [Fact]
    public async Task A_closed_port_was_not_sent_to()
    {
        var server = RawServer.Sink();
        var url = server.Url();
        await server.DisposeAsync();
        using var http = Calls.Http(Calls.Loopback);
        Expect(EgressFailure.ConnectFailed, unsent: true, await http.FailAsync(Calls.Get(url)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_connection_that_is_not_there_in_time_was_not_sent_on(bool fresh)
    {
        using var http = Calls.Http(
            Calls.Loopback with { ConnectTimeout = TimeSpan.FromMilliseconds(100) },
            async (_, ct) =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, ct);
                return [];
            });
        var request = Calls.Get(new Uri("https://slow.test/")) with { FreshConnection = fresh };
        Expect(EgressFailure.ConnectFailed, unsent: true, await http.FailAsync(request));
    }

    [Fact]
    public async Task A_tls_handshake_that_does_not_end_was_not_sent_on()
    {
        await using var server = RawServer.Start(connection => Task.Delay(Timeout.InfiniteTimeSpan, connection.Closing));
        using var http = Calls.Http(Calls.Loopback with { ConnectTimeout = TimeSpan.FromMilliseconds(100) });
        Expect(EgressFailure.ConnectFailed, unsent: true, await http.FailAsync(Calls.Get(server.Url(scheme: "https"))));
    }

    [Fact]
    public async Task A_peer_that_does_not_speak_tls_was_not_sent_to()
    {
        await using var server = RawServer.Start(connection => connection.SendAsync("220 mail.test ESMTP\r\n"));
        using var http = Calls.Http(Calls.Loopback);
        Expect(EgressFailure.TlsFailed, unsent: true, await http.FailAsync(Calls.Post(server.Url(scheme: "https"), "x")));
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_not_trusted_even_on_an_allowed_address()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var server = RawServer.Start(async connection =>
        {
            await using var tls = new SslStream(connection.Stream);
            await tls.AuthenticateAsServerAsync(certificate);
            await tls.ReadExactlyAsync(new byte[1]);
        });
        using var http = Calls.Http(Calls.Loopback);
        Expect(EgressFailure.TlsFailed, unsent: true, await http.FailAsync(Calls.Post(server.Url(scheme: "https"), "x")));
    }

    [Theory]
    [InlineData("", EgressFailure.ResponseEnded)]
    [InlineData("HTTP/1.1 200", EgressFailure.ResponseEnded)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour", EgressFailure.ResponseEnded)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n", EgressFailure.ResponseEnded)]
    [InlineData("SSH-2.0-OpenSSH_9.2 banner\r\n", EgressFailure.InvalidResponse)]
    [InlineData("HTTP/1.1 2x0 banner\r\n\r\n", EgressFailure.InvalidResponse)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nbanner\r\n", EgressFailure.InvalidResponse)]
    public async Task An_answer_that_breaks_off_or_is_none_leaves_open_what_happened(string answer, object failure)
    {
        await using var server = RawServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync(answer);
        });
        using var http = Calls.Http(Calls.Loopback);
        Expect((EgressFailure)failure, unsent: false, await http.FailAsync(Calls.Post(server.Url(), "x")));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Endless_headers_are_not_read_to_their_end()
    {
        var padding = string.Concat(Enumerable.Repeat("X-Pad: 0123456789\r\n", 10_000));
        await using var server = RawServer.Answering($"HTTP/1.1 200 OK\r\n{padding}\r\n");
        using var http = Calls.Http(Calls.Loopback);
        Expect(EgressFailure.TooLarge, unsent: false, await http.FailAsync(Calls.Get(server.Url())));
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nthree")]
    public async Task A_peer_that_trickles_is_left_when_the_deadline_passes(string soFar)
    {
        var waiting = new TaskCompletionSource();
        var left = new TaskCompletionSource();
        await using var server = RawServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            foreach (var letter in soFar)
            {
                await connection.SendAsync($"{letter}");
            }

            waiting.SetResult();
            await connection.ReadRequestAsync();
            left.SetResult();
        });
        var clock = new ManualTime();
        using var http = Calls.Http(Calls.Loopback, clock: clock);
        var call = http.FailAsync(Calls.Post(server.Url(), "x") with { Deadline = TimeSpan.FromSeconds(30) });
        await waiting.Task;

        clock.Advance(TimeSpan.FromSeconds(29));
        Assert.False(call.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));

        Expect(EgressFailure.Timeout, unsent: false, await call);
        await left.Task;
    }

    [Fact]
    public async Task A_caller_that_hangs_up_is_not_a_failure_of_the_peer()
    {
        using var hangUp = new CancellationTokenSource();
        await using var server = RawServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await hangUp.CancelAsync();
            await connection.ReadRequestAsync();
        });
        using var http = Calls.Http(Calls.Loopback);
        var stopped = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => http.SendAsync(Calls.Get(server.Url()), hangUp.Token));
        Assert.Equal(hangUp.Token, stopped.CancellationToken);
    }

    [Theory]
    [InlineData("CONNECT", EgressDenial.Method)]
    [InlineData("TRACE", EgressDenial.Method)]
    [InlineData("trace", EgressDenial.Method)]
    public async Task Some_methods_are_never_sent(string method, object denial)
    {
        await using var sink = RawServer.Sink();
        using var http = Calls.Http(Calls.Loopback);
        var refusal = await http.FailAsync(Calls.Of(new HttpMethod(method), sink.Url()));
        Assert.Equal((EgressDenial)denial, refusal.Denial);
        Assert.Equal(0, sink.Connections);
    }

    /// <summary>And nothing of what the peer said or where it is can be read from the exception.</summary>
    private static void Expect(EgressFailure failure, bool unsent, EgressException actual)
    {
        Assert.Equal((failure, unsent), (actual.Failure, actual.Unsent));
        Assert.Null(actual.InnerException);
        Assert.DoesNotMatch(@"127\.0|::1|banner|ESMTP|\.test|:\d{2,5}\b(?<!line \d+)", actual.Message);
        Assert.DoesNotContain("127.0.0.1", actual.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("banner", actual.ToString(), StringComparison.Ordinal);
    }
}
