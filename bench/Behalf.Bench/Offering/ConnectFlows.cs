using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Web;
using Behalf.Accounts.Connect.Pages;

namespace Behalf.Bench.Offering;

/// <summary>Users who connect accounts, the whole way: a link, its page, its button, and back from the provider with a code.</summary>
internal sealed partial class ConnectFlows : IDisposable
{
    private readonly HttpMessageInvoker _invoker = Invoker();
    private readonly Uri _url;
    private readonly string _key;
    private int _users;

    public ConnectFlows(Uri url, string key) => (_url, _key) = (url, key);

    public async Task<Offered> MakeAsync(Order order)
    {
        var tally = new Tally(order);
        tally.Begin();
        await Task.WhenAll(Enumerable.Range(0, order.AtOnce).Select(_ => Task.Run(async () =>
        {
            while (!tally.IsOver)
            {
                var due = Stopwatch.GetTimestamp();
                tally.Sent();
                try
                {
                    tally.Count(await ConnectAsync(order.Config!), due);
                }
                catch (Exception e) when (e is HttpRequestException or InvalidOperationException)
                {
                    tally.Fail(e.Message);
                }
            }
        })));
        return tally.Close();
    }

    public void Dispose() => _invoker.Dispose();

    private async Task<Answer> ConnectAsync(string config)
    {
        var user = Interlocked.Increment(ref _users);
        var link = await PathOfNewLinkAsync(config, $"connecting_{user}");
        var (page, cookie) = await SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(_url, link)), null);
        var form = new FormUrlEncodedContent([new(ConnectView.AntiForgeryField, First(FormToken(), page))]);
        var (handover, _) = await SendAsync(new HttpRequestMessage(HttpMethod.Post, new Uri(_url, link)) { Content = form }, cookie);
        var (end, _) = await SendAsync(new HttpRequestMessage(HttpMethod.Get, Back(new Uri(First(Handover(), handover)))), cookie);
        return new Answer(200, SaysWhen: false, end.Contains("data-reason=\"connected\"", StringComparison.Ordinal), 0);
    }

    private async Task<string> PathOfNewLinkAsync(string config, string user)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_url, "/api/v3.1/connected_accounts/link"))
        {
            Content = new StringContent($$"""{"auth_config_id":"{{config}}","user_id":"{{user}}"}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("x-api-key", _key);
        var (made, _) = await SendAsync(request, null);
        return new Uri(JsonDocument.Parse(made).RootElement.GetProperty("redirect_url").GetString()!).AbsolutePath;
    }

    /// <summary>What the provider does once its user has agreed; asking the user is no work of the server's.</summary>
    private static Uri Back(Uri authorize)
    {
        var query = HttpUtility.ParseQueryString(authorize.Query);
        return new Uri($"{query["redirect_uri"]}?code=c1&state={query["state"]}&iss={Uri.EscapeDataString(Node.Issuer)}");
    }

    private async Task<(string Text, string? Cookie)> SendAsync(HttpRequestMessage request, string? cookie)
    {
        using (request)
        {
            if (cookie is not null)
            {
                request.Headers.Add("Cookie", cookie);
            }

            using var answer = await _invoker.SendAsync(request, CancellationToken.None);
            var text = await answer.Content.ReadAsStringAsync();
            return answer.IsSuccessStatusCode
                ? (text, answer.Headers.TryGetValues("Set-Cookie", out var set) ? set.First().Split(';')[0] : null)
                : throw new InvalidOperationException($"{request.RequestUri!.AbsolutePath.Split('/')[1]}: {(int)answer.StatusCode}");
        }
    }

    private static string First(Regex wanted, string page) => wanted.Match(page) is { Success: true } found
        ? WebUtility.HtmlDecode(found.Groups[1].Value)
        : throw new InvalidOperationException($"The page lacks {wanted}.");

#pragma warning disable RS0030 // The rule is for the server.
    private static HttpMessageInvoker Invoker() =>
        new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null });
#pragma warning restore RS0030

    [GeneratedRegex("name=\"__token\"[^>]*value=\"([^\"]*)\"")]
    private static partial Regex FormToken();

    [GeneratedRegex("http-equiv=\"refresh\" content=\"0; url=([^\"]*)\"")]
    private static partial Regex Handover();
}
