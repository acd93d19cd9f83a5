using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Behalf.Tests.Support;

namespace Behalf.Tests.Fuzz;

/// <summary>Whatever is sent, the answer is typed: no 500, no hang, and 5xx only with a reason that passes. Nothing breaks in
/// the log, and memory stays what it was.</summary>
public sealed class FuzzTests
{
    private const int Callers = 4;

    [Theory, OnBothEngines]
    public async Task No_request_made_from_the_description_breaks_the_server(string engine)
    {
        await using var target = await FuzzTarget.StartAsync(engine);
        var run = $"fuzz: {engine}, {FuzzSize.Requests} requests, BEHALF_FUZZ_SEED={FuzzSize.Seed}";
        Console.WriteLine(run);
        var statuses = new ConcurrentDictionary<int, int>();
        var part = FuzzSize.Requests / Callers;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            // More often the project's key, which reaches most.
            var generator = new RequestGenerator(
                target.Description, unchecked(FuzzSize.Seed + caller), target.Ids, [target.Keys[0], target.Keys[0], .. target.Keys]);
            using var http = From(target, [127, 2, 0, (byte)caller], TimeSpan.FromHours(1));

            // A key that was reported and is none counts as a guess: from one address the rest of the run would be shut out.
            using var strangers = From(target, [127, 3, (byte)caller, 0], TimeSpan.Zero);
            for (var i = 0; i < part; i++)
            {
                if (i == part / 4 && caller == 0)
                {
                    target.RememberMemory();
                }

                var request = Spare(generator.Next(), target);
                var client = request.Path.Contains("api_key_revocation", StringComparison.Ordinal) ? strangers : http;
                var status = await SendAsync(client, request, $"{run}, caller {caller}, request {i}");
                statuses.AddOrUpdate(status, 1, (_, count) => count + 1);
            }
        })));

        Console.WriteLine($"{run}: {string.Join(", ", statuses.OrderBy(pair => pair.Key).Select(pair => $"{pair.Value} × {pair.Key}"))}");
        await target.AssertUnharmedAsync(run);

        // The run meant something: it was let in, it was refused in several ways, and not because it was too much.
        Assert.InRange(statuses.GetValueOrDefault(200) + statuses.GetValueOrDefault(201), FuzzSize.Requests / 10, FuzzSize.Requests);
        Assert.All([400, 403, 404], status => Assert.InRange(statuses.GetValueOrDefault(status), FuzzSize.Requests / 50, FuzzSize.Requests));
        Assert.InRange(statuses.GetValueOrDefault(429), 0, FuzzSize.Requests / 4);
    }

    /// <summary>Calls from an address on loopback; with no time to be kept, each connection from the next one.</summary>
    private static HttpClient From(FuzzTarget target, byte[] address, TimeSpan kept) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = kept,
        ConnectCallback = async (_, ct) =>
        {
            address[3]++;
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Bind(new IPEndPoint(new IPAddress(address), 0));
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, target.Url.Port), ct);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = target.Url,
        Timeout = FuzzTarget.Patience,
    };

    private static async Task<int> SendAsync(HttpClient http, FuzzRequest request, string where)
    {
        using var message = new HttpRequestMessage(request.Method, request.Path);
        message.Headers.Add("x-api-key", request.Key);
        message.Content = request.Body is null ? null : new StringContent(request.Body, Encoding.UTF8, "application/json");
        try
        {
            using var response = await http.SendAsync(message);
            var status = (int)response.StatusCode;
            Assert.True(
                status < 500 || (status == 503 && response.Headers.RetryAfter is not null) || status == 502,
                $"{where}: {status} for {request.Method} {request.Path}\n{request.Body}\n{await response.Content.ReadAsStringAsync()}");
            return status;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            Assert.Fail($"{where}: {e.Message} for {request.Method} {request.Path}\n{request.Body}");
            throw;
        }
    }

    /// <summary>The keys and what they open must outlive the run; ending them is tested where it is meant.</summary>
    private static FuzzRequest Spare(FuzzRequest request, FuzzTarget target)
    {
        var ends = request.Method == HttpMethod.Delete || request.Path.Contains("revo", StringComparison.Ordinal)
            || request.Path.Contains("regenerate", StringComparison.Ordinal) || request.Path.Contains("/limits", StringComparison.Ordinal)
            || request.Path.Contains("status", StringComparison.OrdinalIgnoreCase)
            || request.Path.Contains("able", StringComparison.OrdinalIgnoreCase)
            || (request.Path.Contains("/api_keys/", StringComparison.Ordinal) && request.Method == HttpMethod.Post)
            || (request.Path.Contains("/auth_configs/", StringComparison.Ordinal) && request.Method == HttpMethod.Patch);
        return !ends ? request : request with
        {
            Path = target.Ids.Take(4).Aggregate(request.Path, (path, id) => path.Replace(id, Other(id), StringComparison.Ordinal)),
        };
    }

    /// <summary>Of the same form, and nobody's.</summary>
    private static string Other(string id) => id.Split('_') is [var prefix, var rest] && rest.Length == 22 ? $"{prefix}_0000000000000000000001" : "user_9";
}
