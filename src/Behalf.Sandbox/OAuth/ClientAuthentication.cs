using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Behalf.Sandbox.Provider;

namespace Behalf.Sandbox.OAuth;

/// <summary>Which app calls the token or revocation endpoint (RFC 6749 §2.3.1).</summary>
internal static class ClientAuthentication
{
    public static App Authenticate(HttpRequest request, Parameters form, AppRegistry apps)
    {
        var header = FromHeader(request);
        if (header is not null && form["client_secret"] is not null)
        {
            // RFC 6749 §2.3: not more than one method in each request.
            throw new Refused(400, "invalid_request", "Authenticate in the header or in the body, not in both.");
        }

        var (id, secret) = header ?? (form["client_id"], form["client_secret"]);
        return apps.Find(id) is { } app && secret is not null && Opaque.SameSecret(secret, app.ClientSecret)
            ? app
            : throw new Refused(
                401, "invalid_client", "The client is unknown or its secret is wrong.", "Basic realm=\"sandbox\"");
    }

    private static (string? Id, string? Secret)? FromHeader(HttpRequest request)
    {
        if (!AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header)
            || !header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        // Id and secret are form-encoded before they are joined: §2.3.1, appendix B.
        return BasicCredentials.Decode(header.Parameter) is var (id, secret)
            ? (WebUtility.UrlDecode(id), WebUtility.UrlDecode(secret))
            : (null, null);
    }
}

/// <summary>The parameter of a Basic header (RFC 7617 §2).</summary>
internal static class BasicCredentials
{
    public static (string Id, string Password)? Decode(string? parameter)
    {
        var bytes = new byte[parameter?.Length ?? 0];
        if (!Convert.TryFromBase64String(parameter ?? "", bytes, out var length))
        {
            return null;
        }

        var pair = Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2);
        return pair is [var id, var password] ? (id, password) : null;
    }
}
