using System.Text;

namespace Behalf.Tests.Fuzz;

/// <summary>Takes whole requests apart at the level of bytes. The same seed makes the same bytes.</summary>
internal sealed class ByteMutator(IReadOnlyList<byte[]> requests, int seed)
{
    private static readonly byte[][] Odd =
    [
        [.. "\r\n\r\n"u8], [.. "\0"u8], [0xff, 0xfe], [0xc3, 0x28], [.. "Content-Length: -1\r\n"u8], [.. "Content-Length: 99999999999\r\n"u8],
        [.. "Transfer-Encoding: chunked\r\n"u8], [.. "Transfer-Encoding: chunked, chunked\r\n"u8], [.. "x-api-key: a\r\n"u8], [.. "Expect: 100-continue\r\n"u8],
        [.. "Connection: upgrade\r\nUpgrade: h2c\r\n"u8], [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8], [.. "ffffffffffffffff\r\n"u8], [.. "\\ud800"u8],
        [.. "%00%2e%2e%2f"u8], [.. Encoding.UTF8.GetBytes(new string('[', 3000))], [.. Encoding.ASCII.GetBytes(new string('h', 40_000))],
    ];

    private readonly Random _random = new(seed);

    public byte[] Next()
    {
        var bytes = requests[_random.Next(requests.Count)].ToList();
        for (var i = _random.Next(1, 5); i > 0 && bytes.Count > 0; i--)
        {
            MutateOnce(bytes);
        }

        return [.. bytes];
    }

    private void MutateOnce(List<byte> bytes)
    {
        var at = _random.Next(bytes.Count);
        var length = Math.Min(_random.Next(1, 40), bytes.Count - at);
        switch (_random.Next(7))
        {
            case 0:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)_random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 4:
                bytes.InsertRange(at, Odd[_random.Next(Odd.Length)]);
                break;
            case 5:
                bytes.InsertRange(LineAfter(bytes, at), Odd[_random.Next(Odd.Length)]);
                break;
            default:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
        }
    }

    private static int LineAfter(List<byte> bytes, int at) => bytes.IndexOf((byte)'\n', at) + 1;
}
