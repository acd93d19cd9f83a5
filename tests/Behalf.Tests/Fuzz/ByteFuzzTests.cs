using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Behalf.Tests.Support;

namespace Behalf.Tests.Fuzz;

/// <summary>Requests whose bytes were changed, over bare sockets: an answer or an end, within seconds, and no 500.</summary>
public sealed partial class ByteFuzzTests
{
    private const int Callers = 4;

    /// <summary>A request without its end is one that the server waits for. Longer than this nobody waits with it.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    [Theory, OnBothEngines]
    public async Task No_change_of_a_requests_bytes_breaks_the_server(string engine)
    {
        await using var target = await FuzzTarget.StartAsync(engine);
        var run = $"fuzz: {engine}, {FuzzSize.Mutations} byte mutations, BEHALF_FUZZ_SEED={FuzzSize.Seed}";
        Console.WriteLine(run);
        var requests = Requests(target).Select(Encoding.UTF8.GetBytes).ToList();
        foreach (var request in requests)
        {
            Assert.InRange(await StatusAsync(target.Url, request, 0, run, FuzzTarget.Patience) ?? 0, 200, 201);
        }

        var part = FuzzSize.Mutations / Callers;
        var (answered, ended) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var mutator = new ByteMutator(requests, unchecked(FuzzSize.Seed + caller));
            for (var i = 0; i < part; i++)
            {
                if (i == part / 4 && caller == 0)
                {
                    target.RememberMemory();
                }

                var where = $"{run}, caller {caller}, mutation {i}";
                var status = await StatusAsync(target.Url, mutator.Next(), (caller * part) + i, where, Pause);
                Interlocked.Increment(ref status is null ? ref ended : ref answered);

                // 501 and 505 are the protocol's own: a coding or a version that nobody speaks.
                Assert.True(status is null or < 500 or 501 or 503 or 505, $"{where}: {status}");
            }
        })));
        await target.AssertUnharmedAsync(run);
        Assert.True(answered > FuzzSize.Mutations / 2 && ended > 0, $"{run}: {answered} answers, {ended} ends");
    }

    private static IEnumerable<string> Requests(FuzzTarget target)
    {
        var (account, config, key) = (target.Ids[0], target.Ids[1], target.Keys[0]);
        yield return Get("/api/v3.1/connected_accounts?limit=5&statuses=ACTIVE");
        yield return Get($"/api/v3.1/connected_accounts/{account}");
        yield return Get("/api/v3.1/tools?toolkit_slug=sandbox&search=mail");
        yield return Get("/api/v3.1/audit/events?limit=3");
        yield return Post("/api/v3.1/tools/execute/SANDBOX_GET_ME", """{"user_id":"user_1","arguments":{}}""");
        yield return Post("/api/v3.1/tools/execute/proxy", $$"""{"connected_account_id":"{{account}}","endpoint":"/api/me","method":"GET"}""");
        yield return Post("/api/v3.1/connected_accounts/link", $$"""{"auth_config_id":"{{config}}","user_id":"user_2"}""");
        yield return $"POST /api/v3.1/user_keys HTTP/1.1\r\nHost: localhost\r\nx-api-key: {key}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
            + "14\r\n{\"user_id\": \"user_3\"\r\n1\r\n}\r\n0\r\n\r\n";

        string Get(string path) => $"GET {path} HTTP/1.1\r\nHost: localhost\r\nx-api-key: {key}\r\nAccept: */*\r\nConnection: close\r\n\r\n";

        string Post(string path, string body) =>
            $"POST {path} HTTP/1.1\r\nHost: localhost\r\nx-api-key: {key}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}";
    }

    /// <summary>The status of the first answer; null if the connection ended without one. Where none comes for a while, the
    /// caller says that nothing more will follow, and the end has to come.</summary>
    private static async Task<int?> StatusAsync(Uri url, byte[] request, int number, string where, TimeSpan pause)
    {
        using var deadline = new CancellationTokenSource(FuzzTarget.Patience);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // Each from an address of its own: wrong keys would shut out a single one.
            socket.Bind(new IPEndPoint(new IPAddress([127, 1, (byte)(number >> 8), (byte)number]), 0));
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, url.Port), deadline.Token);
            await socket.SendAsync(request, deadline.Token);
            var answer = ReadToEndAsync(socket, deadline.Token);
            if (await Task.WhenAny(answer, Task.Delay(pause, deadline.Token)) != answer)
            {
                socket.Shutdown(SocketShutdown.Send);
            }

            return FirstStatus(await answer);
        }
        catch (SocketException)
        {
            return null;
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{where}: neither an answer nor an end within {FuzzTarget.Patience.TotalSeconds} s to {Convert.ToBase64String(request)}");
            throw;
        }
    }

    private static async Task<string> ReadToEndAsync(Socket socket, CancellationToken ct)
    {
        var first = new byte[4096];
        var buffer = new byte[4096];
        var known = 0;
        while (await socket.ReceiveAsync(buffer, ct) is var read and > 0)
        {
            var kept = Math.Min(read, first.Length - known);
            buffer.AsSpan(0, kept).CopyTo(first.AsSpan(known));
            known += kept;
        }

        return Encoding.Latin1.GetString(first, 0, known);
    }

    private static int? FirstStatus(string answer) =>
        StatusLine().Match(answer) is { Success: true } line ? int.Parse(line.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) : null;

    [GeneratedRegex("^HTTP/1.1 ([0-9]{3}) ")]
    private static partial Regex StatusLine();
}
