namespace Behalf.Accounts.Connect.Pages;

/// <summary>The response headers of every page: nothing runs, nothing frames it, nothing keeps it, nothing learns its address.</summary>
internal static class PagePolicy
{
    // form-action stays 'self': see HandoverView for how a page leaves this server.
    private const string ContentSecurity =
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    private const string Permissions =
        "accelerometer=(), autoplay=(), camera=(), display-capture=(), fullscreen=(), geolocation=(), gyroscope=(), "
        + "magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(), usb=()";

    // One year. Neither subdomains nor the preload list: the rest of the domain is not ours to decide about.
    private const string StrictTransport = "max-age=31536000";

    public static void Apply(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurity;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Permissions-Policy"] = Permissions;
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";

        // RFC 6797 §7.2: must not be sent over plain http.
        if (http.Request.IsHttps)
        {
            headers.StrictTransportSecurity = StrictTransport;
        }
    }
}
