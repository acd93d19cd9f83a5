using System.Net;
using System.Text.RegularExpressions;
using Behalf.Sandbox;

namespace Behalf.Tests.Support;

/// <summary>A person's browser without JavaScript: keeps cookies, reads forms, follows what a page tells it to.</summary>
internal sealed partial class TestBrowser : IDisposable
{
    private readonly HttpClient _http;
    private readonly ConsentWalker _provider;

    public TestBrowser()
    {
        Cookies = new CookieContainer();
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = Cookies });
        _provider = new ConsentWalker(Cookies);
    }

    public CookieContainer Cookies { get; }

    /// <summary>From the link to the provider's address, as the page hands over.</summary>
    public async Task<Uri> ContinueAsync(string link, params (string Name, string Value)[] fields)
    {
        var page = await SubmitAsync(link, "", fields);
        return page.Handover ?? throw new Xunit.Sdk.XunitException($"The page did not hand over ({page.Status}): {page.Text}");
    }

    /// <summary>Opens the page and presses its button (or <paramref name="path"/>'s).</summary>
    public async Task<TestPage> SubmitAsync(string link, string path, params (string Name, string Value)[] fields)
    {
        var page = await OpenAsync(new Uri(link));
        if (page.FormToken is null)
        {
            return page;
        }

        using var form = new FormUrlEncodedContent(
            fields.Select(f => new KeyValuePair<string, string>(f.Name, f.Value)).Append(new("__token", page.FormToken)));
        using var response = await _http.PostAsync(link + path, form);
        return await TestPage.ReadAsync(response);
    }

    public async Task<TestPage> OpenAsync(Uri url)
    {
        using var response = await _http.GetAsync(url);
        return await TestPage.ReadAsync(response);
    }

    /// <summary>At the sandbox: signs in, answers; gives the address at our server to which it sends the browser back.</summary>
    public Task<Uri> ConsentAsync(Uri authorize, string user, bool allow = true) =>
        _provider.WalkAsync(authorize, user, allow, CancellationToken.None);

    /// <summary>The whole way, to the last page or the application's callback.</summary>
    public async Task<TestPage> ConnectAsync(string link, string user, bool allow = true) =>
        await OpenAsync(await ConsentAsync(await ContinueAsync(link), user, allow));

    public void Dispose()
    {
        _http.Dispose();
        _provider.Dispose();
    }
}

internal sealed partial record TestPage(int Status, string Text, Uri? Location, IReadOnlyDictionary<string, string> Headers)
{
    public string? FormToken => FormTokenField().Match(Text) is { Success: true } m ? WebUtility.HtmlDecode(m.Groups[1].Value) : null;

    public Uri? Handover => Refresh().Match(Text) is { Success: true } m ? new Uri(WebUtility.HtmlDecode(m.Groups[1].Value)) : null;

    /// <summary>The machine's word for what the page says.</summary>
    public string? Reason => ReasonAttribute().Match(Text) is { Success: true } m ? m.Groups[1].Value : null;

    public static async Task<TestPage> ReadAsync(HttpResponseMessage response) => new(
        (int)response.StatusCode,
        await response.Content.ReadAsStringAsync(),
        response.Headers.Location,
        response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase));

    [GeneratedRegex("name=\"__token\"[^>]*value=\"([^\"]*)\"")]
    private static partial Regex FormTokenField();

    [GeneratedRegex("http-equiv=\"refresh\" content=\"0; url=([^\"]*)\"")]
    private static partial Regex Refresh();

    [GeneratedRegex("data-reason=\"([^\"]*)\"")]
    private static partial Regex ReasonAttribute();
}
