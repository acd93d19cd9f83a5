using System.Collections.Concurrent;
using Behalf.Sandbox.OAuth;
using Behalf.Sandbox.Provider;

namespace Behalf.Sandbox.SignIn;

/// <summary>An authorization request on its way through sign-in and consent.</summary>
internal sealed class Flow(AuthorizationRequest request, DateTimeOffset expiresAt)
{
    public string Id { get; } = Opaque.Name("flow");

    public AuthorizationRequest Request => request;

    public DateTimeOffset ExpiresAt => expiresAt;

    /// <summary>The user was chosen in this flow, not in an earlier one.</summary>
    public bool SignedInHere { get; set; }
}

/// <summary>A browser that was seen: who is signed in there, and the flows that began there.</summary>
internal sealed class Browser
{
    public string Id { get; init; } = Opaque.Secret("sbb");

    /// <summary>Stands in every form, so that no other site can post one (RFC 6749 §10.12).</summary>
    public string FormToken { get; } = Opaque.Secret("sbf");

    public User? User { get; init; }

    public ConcurrentDictionary<string, Flow> Flows { get; init; } = new(StringComparer.Ordinal);
}

/// <summary>Knows browsers by a cookie.</summary>
internal sealed class Browsers(TimeProvider time)
{
    public const string Cookie = "sandbox_session";

    private static readonly TimeSpan FlowLifetime = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Browser> _browsers = new(StringComparer.Ordinal);

    public Browser? Find(HttpRequest request) =>
        request.Cookies.TryGetValue(Cookie, out var id) ? _browsers.GetValueOrDefault(id) : null;

    public Browser FindOrMeet(HttpContext context) => Find(context.Request) ?? Remember(context, new Browser());

    /// <summary>The browser gets a new name at sign-in, so that a cookie planted before it is worth nothing.</summary>
    public Browser SignIn(HttpContext context, Browser before, User user)
    {
        _browsers.TryRemove(before.Id, out _);
        return Remember(context, new Browser { User = user, Flows = before.Flows });
    }

    public Flow Begin(Browser browser, AuthorizationRequest request)
    {
        var now = time.GetUtcNow();
        foreach (var stale in browser.Flows.Values.Where(flow => now >= flow.ExpiresAt))
        {
            browser.Flows.TryRemove(stale.Id, out _);
        }

        var flow = new Flow(request, now + FlowLifetime);
        browser.Flows[flow.Id] = flow;
        return flow;
    }

    public Flow? Find(Browser browser, string? flowId) =>
        browser.Flows.GetValueOrDefault(flowId ?? "") is { } flow && time.GetUtcNow() < flow.ExpiresAt ? flow : null;

    public void Clear() => _browsers.Clear();

    private Browser Remember(HttpContext context, Browser browser)
    {
        _browsers[browser.Id] = browser;
        // Lax: the first page is reached by a link from the app's site. Not Secure: the sandbox speaks plain http.
        context.Response.Cookies.Append(
            Cookie, browser.Id, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/" });
        return browser;
    }
}
