using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Behalf.Bench;

/// <summary>Callers as an overloaded server meets them: each sends its next call when it has the answer to the last, and after a
/// refusal waits for as long as that says. wrk can tell neither the one from the other nor wait.</summary>
internal static class Offer
{
    public static async Task<int> RunAsync(string url, string key, int accounts, int callers, int seconds)
    {
        using var invoker = Invoker(callers);
        var target = new Uri(new Uri(url), "/api/v3.1/tools/execute/" + Node.Tool);
        using var ending = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        var began = Stopwatch.GetTimestamp();
        var all = await Task.WhenAll(Enumerable.Range(0, callers).Select(i => Task.Run(() => CallAsync(invoker, target, key, (i % accounts) + 1, ending.Token))));
        var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var latencies = all.SelectMany(caller => caller.LatenciesUs).Order().ToList();
        var p99 = latencies.Count == 0 ? 0 : latencies[(int)((latencies.Count - 1) * 0.99)];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"RESULT {latencies.Count / took} {p99} {all.Sum(caller => caller.Refused)} {all.Sum(caller => caller.Errors)}"));
        return 0;
    }

    private static async Task<Caller> CallAsync(HttpMessageInvoker invoker, Uri target, string key, int user, CancellationToken ending)
    {
        var caller = new Caller();
        var body = Encoding.UTF8.GetBytes($"{{\"user_id\":\"user_{user}\",\"arguments\":{{\"message_id\":\"m1\"}}}}");
        while (!ending.IsCancellationRequested)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new("application/json");
            request.Headers.Add("x-api-key", key);
            try
            {
                var began = Stopwatch.GetTimestamp();
                using var answer = await invoker.SendAsync(request, ending);
                await answer.Content.CopyToAsync(Stream.Null, ending);
                await caller.CountAsync(answer, Stopwatch.GetElapsedTime(began), ending);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (HttpRequestException)
            {
                caller.Errors++;
            }
        }

        return caller;
    }

#pragma warning disable RS0030 // The rule is for the server.
    private static HttpMessageInvoker Invoker(int connections) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        MaxConnectionsPerServer = connections,
        ActivityHeadersPropagator = null,
    });
#pragma warning restore RS0030

    private sealed class Caller
    {
        public List<double> LatenciesUs { get; } = [];

        public int Refused { get; private set; }

        /// <summary>Neither an answer nor a refusal that says when to come again.</summary>
        public int Errors { get; set; }

        public async Task CountAsync(HttpResponseMessage answer, TimeSpan took, CancellationToken ending)
        {
            if ((int)answer.StatusCode == 200)
            {
                LatenciesUs.Add(took.TotalMicroseconds);
            }
            else if ((int)answer.StatusCode is 429 or 503 && answer.Headers.RetryAfter?.Delta is { } wait)
            {
                Refused++;
                await Task.Delay(wait, ending);
            }
            else
            {
                Errors++;
            }
        }
    }
}
