using System.Net;
using System.Text.RegularExpressions;

namespace Behalf.Tests.Support.Peers;

/// <summary>As much of a browser as a consent screen without JavaScript needs: cookies, redirects and forms.</summary>
/// <remarks>It stops at a redirect to another origin: where the user is sent is the test's business.</remarks>
internal sealed class FormBrowser : IDisposable
{
    private const int TooManySteps = 20;

    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = true,
        CookieContainer = new CookieContainer(),
    });

    /// <summary>Opens a page and submits what <paramref name="choose"/> fills in, until it is sent away.</summary>
    /// <returns>The address on another origin that the user was sent to: a callback with its parameters.</returns>
    public async Task<Uri> WalkAsync(Uri start, Func<IReadOnlyList<HtmlForm>, FilledForm> choose, CancellationToken ct)
    {
        var address = start;
        var request = new HttpRequestMessage(HttpMethod.Get, start);
        for (var step = 0; step < TooManySteps; step++)
        {
            using var response = await http.SendAsync(request, ct);
            if (response.Headers.Location is { } location)
            {
                address = new Uri(address, location);
                if (address.Authority != start.Authority)
                {
                    return address;
                }

                request = new HttpRequestMessage(HttpMethod.Get, address);
                continue;
            }

            var html = await response.Content.ReadAsStringAsync(ct);
            if (!response.IsSuccessStatusCode)
            {
                throw new InvalidOperationException($"{address} answered {(int)response.StatusCode}: {html}");
            }

            var filled = choose(HtmlForm.AllOf(html));
            address = new Uri(address, filled.Action);
            var content = new FormUrlEncodedContent(filled.Fields);
            request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        }

        throw new InvalidOperationException($"{start} did not send the user back within {TooManySteps} steps.");
    }

    public void Dispose() => http.Dispose();
}

/// <summary>What is posted: the hidden fields and the answer.</summary>
internal sealed record FilledForm(string Action, IReadOnlyDictionary<string, string> Fields);

/// <summary>One form of a page.</summary>
internal sealed partial record HtmlForm(string Action, IReadOnlyDictionary<string, string> Hidden, string Html)
{
    public static IReadOnlyList<HtmlForm> AllOf(string html) =>
    [
        .. from form in Form().Matches(html)
           select new HtmlForm(
               Attribute(form.Groups["tag"].Value, "action") ?? "",
               HiddenFields(form.Groups["body"].Value),
               WebUtility.HtmlDecode(form.Groups["body"].Value)),
    ];

    public bool Offers(string name) => Html.Contains($"name=\"{name}\"", StringComparison.Ordinal);

    public FilledForm Submit() => new(Action, Hidden);

    public FilledForm Submit(string name, string value) =>
        new(Action, new Dictionary<string, string>(Hidden) { [name] = value });

    private static Dictionary<string, string> HiddenFields(string body) =>
        Input().Matches(body).Select(input => input.Value)
            .ToDictionary(input => Attribute(input, "name")!, input => Attribute(input, "value") ?? "");

    private static string? Attribute(string tag, string name)
    {
        var match = Regex.Match(tag, $"\\b{name}=\"([^\"]*)\"");
        return match.Success ? WebUtility.HtmlDecode(match.Groups[1].Value) : null;
    }

    [GeneratedRegex("(?<tag><form[^>]*>)(?<body>.*?)</form>", RegexOptions.Singleline)]
    private static partial Regex Form();

    [GeneratedRegex("<input[^>]*type=\"hidden\"[^>]*>")]
    private static partial Regex Input();
}
