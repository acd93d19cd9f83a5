using System.Net;
using System.Text;

namespace Behalf.Bench.Offering;

/// <summary>A server with the calls that can be made of it, ready to be sent: one for each user.</summary>
internal sealed class Target
{
    private readonly byte[][] _calls;
    private ulong _state = 1;

    public Target(Uri url, string key, int users)
    {
        EndPoint = new IPEndPoint(IPAddress.Parse(url.Host), url.Port);
        _calls = [.. Enumerable.Range(1, users).Select(user => Call(url, key, user))];
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>As a user at random. A linear congruence is random enough for that, and costs next to nothing.</summary>
    public byte[] AnyCall()
    {
        _state = (_state * 6364136223846793005) + 1442695040888963407;
        return _calls[(int)((_state >> 33) % (ulong)_calls.Length)];
    }

    private static byte[] Call(Uri url, string key, int user)
    {
        var body = $$"""{"user_id":"user_{{user}}","arguments":{"message_id":"m1"} }""";
        return Encoding.ASCII.GetBytes(
            $"POST /api/v3.1/tools/execute/{Node.Tool} HTTP/1.1\r\nHost: {url.Authority}\r\nx-api-key: {key}\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
    }
}
