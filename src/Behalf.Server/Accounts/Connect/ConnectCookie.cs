using Behalf.Wire;

namespace Behalf.Accounts.Connect;

/// <summary>The browser's half of a flow.</summary>
internal sealed class ConnectCookie(PublicOrigin origin)
{
    // RFC 6265bis §4.1.3.2: __Host- needs Secure, which plain http on loopback cannot give.
    private string Name => origin.IsHttps ? "__Host-behalf-connect" : "behalf-connect";

    public string? Read(HttpContext context) =>
        context.Request.Cookies[Name] is { Length: 43 } value && value.All(char.IsAsciiLetterOrDigit) ? value : null;

    public string ReadOrSet(HttpContext context)
    {
        var value = Read(context) ?? BrowserBinding.NewSecret();
        context.Response.Cookies.Append(Name, value, new CookieOptions
        {
            HttpOnly = true,
            Secure = origin.IsHttps,
            Path = "/",

            // Lax, since the provider's answer is a navigation from its site; never sent with a cross-site form.
            SameSite = SameSiteMode.Lax,
            MaxAge = TimeSpan.FromMinutes(15),
            IsEssential = true,
        });
        return value;
    }
}
