using System.Net;
using System.Text.RegularExpressions;

namespace Behalf.Sandbox;

/// <summary>A person with a browser, as far as this provider's pages need one: signs in, answers the consent page, and
/// stops where the provider sends the browser back to the app. One walker is one browser.</summary>
internal sealed partial class ConsentWalker(CookieContainer cookies) : IDisposable
{
    private const int MostSteps = 12;

#pragma warning disable RS0030 // It stands for the user's browser, which is not among the server's outbound calls.
    private readonly HttpMessageInvoker _http = new(
        new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, CookieContainer = cookies });
#pragma warning restore RS0030

    public ConsentWalker()
        : this(new CookieContainer())
    {
    }

    /// <returns>The address at the app to which the provider redirects; it is not visited.</returns>
    /// <exception cref="InvalidOperationException">The provider showed a page that leads nowhere.</exception>
    public async Task<Uri> WalkAsync(Uri authorizeUrl, string user, bool allow, CancellationToken ct)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, authorizeUrl);
        for (var step = 0; step < MostSteps; step++)
        {
            var here = request.RequestUri!;
            using var response = await _http.SendAsync(request, ct);
            request.Dispose();
            if (response.Headers.Location is { } location)
            {
                var next = new Uri(here, location);
                if (!IsPageOfProvider(next, authorizeUrl))
                {
                    return next;
                }

                request = new HttpRequestMessage(HttpMethod.Get, next);
                continue;
            }

            var page = await response.Content.ReadAsStringAsync(ct);
            request = (response.IsSuccessStatusCode ? Answer(here, page, user, allow) : null)
                ?? throw new InvalidOperationException(
                    $"{(int)response.StatusCode} at {here.AbsolutePath}: {TextOf(page)}");
        }

        throw new InvalidOperationException($"{MostSteps} pages and no way back to the app.");
    }

    public void Dispose() => _http.Dispose();

    /// <summary>What a person would do on this page; null if there is nothing to be done.</summary>
    private static HttpRequestMessage? Answer(Uri here, string page, string user, bool allow)
    {
        if (SignedIn().Match(page) is { Success: true } signedIn && signedIn.Groups[1].Value != user)
        {
            return new HttpRequestMessage(HttpMethod.Get, new Uri(here, Decoded(SwitchAccount().Match(page))));
        }

        if (Form().Match(page) is not { Success: true } form)
        {
            return null;
        }

        var fields = HiddenField().Matches(page)
            .ToDictionary(field => field.Groups[1].Value, field => Decoded(field, 2));
        var (name, value) = Button().IsMatch(page) ? ("decision", allow ? "allow" : "deny") : ("user", user);
        fields[name] = value;
        return new HttpRequestMessage(HttpMethod.Post, new Uri(here, Decoded(form)))
        {
            Content = new FormUrlEncodedContent(fields),
        };
    }

    private static bool IsPageOfProvider(Uri uri, Uri provider) =>
        uri.Authority == provider.Authority && uri.AbsolutePath.StartsWith("/oauth/", StringComparison.Ordinal);

    private static string TextOf(string page) =>
        WebUtility.HtmlDecode(Whitespace().Replace(Tag().Replace(page, " "), " ")).Trim();

    private static string Decoded(Match match, int group = 1) => WebUtility.HtmlDecode(match.Groups[group].Value);

    [GeneratedRegex("<form method=\"post\" action=\"([^\"]*)\">")]
    private static partial Regex Form();

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\">")]
    private static partial Regex HiddenField();

    [GeneratedRegex("<button [^>]*name=\"decision\"")]
    private static partial Regex Button();

    [GeneratedRegex("data-user=\"([^\"]*)\"")]
    private static partial Regex SignedIn();

    [GeneratedRegex("<a href=\"([^\"]*)\" data-switch>")]
    private static partial Regex SwitchAccount();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Whitespace();
}
