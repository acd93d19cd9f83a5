using System.Buffers.Text;

namespace Behalf.Bench.Offering;

/// <summary>What the generator needs to know of an HTTP/1.1 answer: reading it must cost as little as possible, because the
/// generator shares a core with upstream and database.</summary>
internal readonly record struct Answer(int Status, bool SaysWhen, bool IsUpstreams, double UpstreamUs)
{
    /// <summary>False while there is more to come.</summary>
    public static bool TryRead(ReadOnlySpan<byte> received, out Answer answer)
    {
        answer = default;
        var head = received.IndexOf("\r\n\r\n"u8);
        if (head < 0)
        {
            return false;
        }

        var headers = received[..(head + 2)];
        var body = received[(head + 4)..];
        if (!IsWhole(headers, body) || !Utf8Parser.TryParse(headers["HTTP/1.1 ".Length..], out int status, out _))
        {
            return false;
        }

        answer = new Answer(status, headers.IndexOf("\r\nRetry-After: "u8) >= 0, body.IndexOf(Upstream.Sign) >= 0, UpstreamTime(body));
        return true;
    }

    /// <summary>RFC 9112 §6.3: a length, or chunks. One call at a time is under way, so that nothing can follow.</summary>
    private static bool IsWhole(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> body)
    {
        var length = headers.IndexOf("\r\nContent-Length: "u8);
        return length >= 0
            ? Utf8Parser.TryParse(headers[(length + "\r\nContent-Length: ".Length)..], out int bytes, out _) && body.Length >= bytes
            : body.EndsWith("0\r\n\r\n"u8);
    }

    private static double UpstreamTime(ReadOnlySpan<byte> body)
    {
        var at = body.IndexOf(Upstream.TookBefore);
        return at >= 0 && Utf8Parser.TryParse(body[(at + Upstream.TookBefore.Length)..], out long took, out _) ? took : 0;
    }
}
