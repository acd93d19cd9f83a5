using System.IO.Compression;
using System.Text;
using Behalf.Egress;

namespace Behalf.Tests.Egress;

/// <summary>What of an answer reaches the caller.</summary>
public sealed class AnswerTests
{
    [Theory]
    [InlineData("gzip")]
    [InlineData("x-gzip")]
    [InlineData("GZIP")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("identity")]
    [InlineData("")]
    public async Task A_body_is_decoded(string coding)
    {
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(n => $"{{\"n\":{n}}}"));
        await using var server = RawServer.Answering(Coded(coding, Encoding.UTF8.GetBytes(text)));
        using var http = Calls.Http(Calls.Loopback);

        var answer = await http.SendAsync(Calls.Get(server.Url()));

        Assert.Equal(text, answer.Text());
        Assert.False(answer.Truncated);
        Assert.DoesNotContain("Content-Encoding", answer.Headers.Keys, StringComparer.OrdinalIgnoreCase);
        Assert.Contains("Accept-Encoding: gzip, br\r\n", server.Requests.Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip, gzip")]
    [InlineData("zstd")]
    [InlineData("gzip;q=1")]
    public async Task A_coding_that_cannot_be_undone_is_no_answer(string coding)
    {
        await using var server = RawServer.Answering(Coded("", "secret"u8.ToArray(), coding));
        using var http = Calls.Http(Calls.Loopback);
        Assert.Equal(EgressFailure.InvalidResponse, (await http.FailAsync(Calls.Get(server.Url()))).Failure);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task A_body_that_is_not_what_it_says_is_no_answer(string coding)
    {
        await using var server = RawServer.Answering(Coded("", [.. Enumerable.Repeat((byte)0xFF, 4096)], coding));
        using var http = Calls.Http(Calls.Loopback);
        Assert.Equal(EgressFailure.InvalidResponse, (await http.FailAsync(Calls.Get(server.Url()))).Failure);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(-1, false)]
    [InlineData(1, true)]
    public async Task Ten_mebibytes_are_taken_and_what_is_more_is_cut_off(int beyond, bool truncated)
    {
        var body = new byte[EgressRequest.DefaultMaxResponseBytes + beyond];
        Array.Fill(body, (byte)'x');
        await using var server = RawServer.Answering(Coded("", body));
        using var http = Calls.Http(Calls.Loopback);

        var answer = await http.SendAsync(Calls.Get(server.Url()));

        Assert.Equal(truncated, answer.Truncated);
        Assert.Equal(Math.Min(body.Length, EgressRequest.DefaultMaxResponseBytes), answer.Body.Length);
    }

    [Theory]
    [InlineData(AnswerMemory.Uncounted - 1, false)]
    [InlineData(AnswerMemory.Uncounted, true)]
    public async Task A_large_body_takes_its_share_of_memory_until_it_is_given_back_and_a_small_one_takes_none(int length, bool taken)
    {
        await using var server = RawServer.Answering(Coded("", Encoding.ASCII.GetBytes(new string('x', length))));
        using var http = Calls.Http(Calls.Loopback);

        var answer = await http.SendAsync(Calls.Get(server.Url()) with { Project = Id<IdKinds.Project>.New() });

        Assert.Equal(length, answer.Body.Length);
        Assert.Equal(taken, answer.Memory is not null);
        Assert.Equal(taken, http.Memory.Taken >= length);
        answer.Memory?.Dispose();
        Assert.Equal(0, http.Memory.Taken);
    }

    [Fact]
    public async Task A_body_of_many_small_values_counts_for_what_is_read_from_it()
    {
        var zeros = Encoding.ASCII.GetBytes("[0" + string.Concat(Enumerable.Repeat(",0", 200_000)) + "]");
        await using var server = RawServer.Answering(Coded("", zeros));
        using var http = Calls.Http(Calls.Loopback with { AnswerBytes = 20_000_000 });
        var request = Calls.Get(server.Url()) with { Project = Id<IdKinds.Project>.New() };
        Assert.Equal(EgressFailure.TooLarge, (await http.FailAsync(request)).Failure);
        Assert.Equal(0, http.Memory.Taken);
        using var larger = Calls.Http(Calls.Loopback with { AnswerBytes = 60_000_000 });
        using var memory = (await larger.SendAsync(request)).Memory;
        Assert.InRange(larger.Memory.Taken, 200_000 * 100, 30_000_000);
    }

    [Fact]
    public async Task A_body_that_breaks_off_gives_its_memory_back()
    {
        await using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40000\r\n" + new string('x', 0x40000) + "\r\nbanner\r\n");
        using var http = Calls.Http(Calls.Loopback);
        await http.FailAsync(Calls.Get(server.Url()) with { Project = Id<IdKinds.Project>.New() });
        Assert.Equal(0, http.Memory.Taken);
    }

    [Fact]
    public async Task A_body_without_end_is_cut_off_and_its_connection_closed()
    {
        var ended = new TaskCompletionSource();
        await using var server = RawServer.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            try
            {
                while (true)
                {
                    await connection.SendAsync("4\r\nmore\r\n");
                }
            }
            catch (IOException)
            {
                ended.SetResult();
            }
        });
        using var http = Calls.Http(Calls.Loopback);

        var answer = await http.SendAsync(Calls.Get(server.Url()) with { MaxResponseBytes = 100_000 });

        Assert.True(answer.Truncated);
        Assert.Equal(100_000, answer.Body.Length);
        await ended.Task;
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task A_bomb_is_not_unpacked(string coding)
    {
        await using var server = RawServer.Answering(Coded(coding, new byte[9 * 1024 * 1024]));
        using var http = Calls.Http(Calls.Loopback);
        Assert.Equal(EgressFailure.TooLarge, (await http.FailAsync(Calls.Get(server.Url()))).Failure);
    }

    [Fact]
    public async Task A_limit_is_of_the_decoded_body()
    {
        // 30 to 1: no bomb, but more than was asked for.
        var rows = string.Concat(Enumerable.Range(0, 400_000).Select(n => $"{n},the same text in every row\n"));
        await using var server = RawServer.Answering(Coded("gzip", Encoding.UTF8.GetBytes(rows)));
        using var http = Calls.Http(Calls.Loopback);
        var answer = await http.SendAsync(Calls.Get(server.Url()));
        Assert.True(answer.Truncated);
        Assert.Equal(rows[..EgressRequest.DefaultMaxResponseBytes], answer.Text());
    }

    [Theory]
    [InlineData(204)]
    [InlineData(304)]
    [InlineData(200)]
    [InlineData(404)]
    [InlineData(500)]
    public async Task Every_status_is_an_answer(int status)
    {
        await using var server = RawServer.Answering(
            $"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nContent-Encoding: gzip\r\n\r\n");
        using var http = Calls.Http(Calls.Loopback);
        var answer = await http.SendAsync(Calls.Get(server.Url()));
        Assert.Equal((status, 0), (answer.Status, answer.Body.Length));
    }

    [Fact]
    public async Task Headers_are_found_in_any_case_and_those_of_the_connection_or_of_a_session_are_not_handed_on()
    {
        await using var server = RawServer.Answering(
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Rate: 1\r\nx-rate: 2\r\nContent-Type: text/plain\r\nSet-Cookie: s=1\r\n"
            + "Authorization: Bearer echoed\r\nProxy-Authenticate: Basic\r\nWWW-Authenticate: Bearer error=\"invalid_token\"\r\n"
            + "Alt-Svc: h3=\"evil.test:443\"\r\nLink: <https://api.example.com/?page=2>; rel=\"next\"\r\n\r\n");
        using var http = Calls.Http(Calls.Loopback);

        var headers = (await http.SendAsync(Calls.Get(server.Url()))).Headers;

        Assert.Equal(["Content-Type", "Link", "WWW-Authenticate", "X-Rate"], headers.Keys.Order(StringComparer.OrdinalIgnoreCase));
        Assert.Equal("1, 2", headers["X-RATE"]);
        Assert.Equal("text/plain", headers["content-type"]);
    }

    private static byte[] Coded(string coding, byte[] body, string? called = null)
    {
        var packed = new MemoryStream();
        using (Stream packing = coding.ToUpperInvariant() switch
        {
            "GZIP" or "X-GZIP" => new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true),
            "BR" => new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true),
            "DEFLATE" => new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true),
            _ => new BufferedStream(packed),
        })
        {
            packing.Write(body);
            packing.Flush();
            body = coding is "" or "identity" ? body : [];
        }

        var bytes = body.Length > 0 ? body : packed.ToArray();
        var header = (called ?? coding) is { Length: > 0 } name ? $"Content-Encoding: {name}\r\n" : "";
        return [.. Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\n{header}Content-Length: {bytes.Length}\r\n\r\n"), .. bytes];
    }
}
