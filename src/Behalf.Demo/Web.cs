using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Behalf.Sandbox;

namespace Behalf.Demo;

#pragma warning disable RS0030 // The demo plays the application and its users' browsers; the server's way out is not involved.

/// <summary>An HTTP client for the demo itself.</summary>
internal static class Web
{
    public static HttpClient Shared { get; } = new();
}

/// <summary>An application, or an agent, with a key.</summary>
internal sealed class Api(string server, string key, string? agent = null)
{
    private readonly HttpClient _http = Create(server, key, agent);

    public async Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, object? body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, "api/v3.1/" + path) { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await _http.SendAsync(request, ct);
        return ((int)response.StatusCode, JsonElement.Parse(await response.Content.ReadAsStringAsync(ct)));
    }

    public Task<(int Status, JsonElement Body)> PostAsync(string path, object? body, CancellationToken ct) => SendAsync(HttpMethod.Post, path, body, ct);

    public Task<(int Status, JsonElement Body)> GetAsync(string path, CancellationToken ct) => SendAsync(HttpMethod.Get, path, null, ct);

    private static HttpClient Create(string server, string key, string? agent)
    {
        var http = new HttpClient { BaseAddress = new Uri(server + "/") };
        http.DefaultRequestHeaders.Add("x-api-key", key);
        if (agent is not null)
        {
            http.DefaultRequestHeaders.Add("x-behalf-agent", agent);
        }

        return http;
    }
}

/// <summary>A user's browser: opens the Connect page, presses Continue, signs in and consents at the provider, comes back.</summary>
internal sealed partial class Browser : IDisposable
{
    private readonly CookieContainer _cookies = new();
    private readonly HttpClient _http;
    private readonly ConsentWalker _provider;

    public Browser()
    {
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = _cookies });
        _provider = new ConsentWalker(_cookies);
    }

    /// <summary>What the last page says, in its title.</summary>
    public async Task<string> ConnectAsync(string link, string providerUser, CancellationToken ct)
    {
        var page = await _http.GetStringAsync(link, ct);
        using var form = new FormUrlEncodedContent([new("__token", WebUtility.HtmlDecode(FormToken().Match(page).Groups[1].Value))]);
        using var pressed = await _http.PostAsync(link, form, ct);
        var handover = Refresh().Match(await pressed.Content.ReadAsStringAsync(ct));
        var back = await _provider.WalkAsync(new Uri(WebUtility.HtmlDecode(handover.Groups[1].Value)), providerUser, allow: true, ct);
        return WebUtility.HtmlDecode(Title().Match(await _http.GetStringAsync(back, ct)).Groups[1].Value);
    }

    public void Dispose()
    {
        _http.Dispose();
        _provider.Dispose();
    }

    [GeneratedRegex("name=\"__token\"[^>]*value=\"([^\"]*)\"")]
    private static partial Regex FormToken();

    [GeneratedRegex("http-equiv=\"refresh\" content=\"0; url=([^\"]*)\"")]
    private static partial Regex Refresh();

    [GeneratedRegex("<title>([^<]*)</title>")]
    private static partial Regex Title();
}
