using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Behalf.Tests.Sandbox;

/// <summary>One HTTP request written to a socket by hand, to see what TCP does with it.</summary>
internal sealed class RawCall : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp);

    public static async Task<RawCall> SendAsync(TestProvider provider, string method, string path, string? form = null)
    {
        var call = new RawCall();
        await call._socket.ConnectAsync(IPAddress.Loopback, provider.Http.BaseAddress!.Port);
        var length = form is null ? "" : $"Content-Length: {form.Length}\r\n";
        await call._socket.SendAsync(Encoding.ASCII.GetBytes(
            $"{method} {path} HTTP/1.1\r\nHost: sandbox\r\nContent-Type: application/x-www-form-urlencoded\r\n{length}\r\n{form}"));
        return call;
    }

    /// <summary>A refresh, with the app's credentials.</summary>
    public static Task<RawCall> RefreshAsync(TestProvider provider, string refreshToken) => SendAsync(
        provider, "POST", "/oauth/token",
        $"grant_type=refresh_token&refresh_token={refreshToken}"
        + $"&client_id={provider.App.ClientId}&client_secret={provider.App.ClientSecret}");

    public bool IsSilent => !_socket.Poll(0, SelectMode.SelectRead);

    /// <summary>How many bytes came, and whether the end was RST or FIN.</summary>
    public async Task<(int Bytes, string End)> ReadToEndAsync()
    {
        var (buffer, total) = (new byte[4096], 0);
        try
        {
            while (await _socket.ReceiveAsync(buffer) is > 0 and var count)
            {
                total += count;
            }

            return (total, "FIN");
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return (total, "RST");
        }
    }

    /// <summary>A peer that has closed both directions answers this with RST, and the second attempt fails.</summary>
    public async Task SendMoreAsync()
    {
        for (var i = 0; i < 2; i++)
        {
            await _socket.SendAsync(" "u8.ToArray());
        }
    }

    public void Dispose() => _socket.Dispose();
}
