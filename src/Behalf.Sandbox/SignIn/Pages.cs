using Behalf.Sandbox.Provider;

namespace Behalf.Sandbox.SignIn;

/// <summary>The pages that a person sees. Plain forms, no script.</summary>
internal static class Pages
{
    public const string FlowIsOver = "This request is no longer open. Go back to the app and start again.";

    public static IResult SignIn(Browser browser, Flow flow, IReadOnlyList<User> users)
    {
        Html Row(User user) => $"""
            <li><button name="user" value="{user.Id}"{Focus(user)}>
              <span class="face" aria-hidden="true">{user.Name[..1]}</span>
              <span class="who">{user.Name}<small>{user.Email}</small></span>
            </button></li>
            """;

        // The one that the app expects has the focus, so that Enter is enough.
        string Focus(User user) => user.IsNamedBy(flow.Request.LoginHint) ? " autofocus" : "";

        return Page("Choose an account", $"""
            <h1>Choose an account</h1>
            <p>to continue to <strong>{flow.Request.App.Name}</strong></p>
            {FormStart("/oauth/sign-in", browser, flow)}
              <ul class="accounts">
              {users.Select(Row)}
              </ul>
            </form>
            <p class="note">A sandbox: these people are invented and there are no passwords.</p>
            """);
    }

    public static IResult Consent(Browser browser, Flow flow, User user)
    {
        Html Item(string scope) => $"<li>{Scopes.InWords(scope)}</li>";

        return Page("Allow access", $"""
            <h1>Allow <strong>{flow.Request.App.Name}</strong> to use your account?</h1>
            <p>Signed in as <strong data-user="{user.Id}">{user.Name}</strong> ({user.Email}).
              <a href="/oauth/sign-in?flow={flow.Id}" data-switch>Use another account</a></p>
            <p id="asks">It will be able to:</p>
            <ul class="scopes" aria-labelledby="asks">
              {flow.Request.Scopes.Select(Item)}
            </ul>
            {FormStart("/oauth/consent", browser, flow)}
              <div class="choice">
                <button class="plain" name="decision" value="deny">Deny</button>
                <button class="strong" name="decision" value="allow">Allow</button>
              </div>
            </form>
            <p class="note">You will be taken back to {new Uri(flow.Request.RedirectUri).Authority}.</p>
            """);
    }

    public static IResult Refusal(string sentence) => Page("This did not work", $"""
        <h1>This did not work</h1>
        <p role="alert">{sentence}</p>
        """, StatusCodes.Status400BadRequest);

    public static IResult Page(string title, Html body, int status = StatusCodes.Status200OK, string width = "")
    {
        Html page = $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
              <meta charset="utf-8">
              <meta name="viewport" content="width=device-width, initial-scale=1">
              <title>{title} – Sandbox</title>
              <link rel="stylesheet" href="/style.css">
            </head>
            <body>
              <header><span class="brand">Sandbox</span></header>
              <main class="{width}">
            {body}
              </main>
            </body>
            </html>
            """;
        return new PageResult(page.ToString(), status);
    }

    private static Html FormStart(string action, Browser browser, Flow flow) => $"""
        <form method="post" action="{action}">
          <input type="hidden" name="flow" value="{flow.Id}">
          <input type="hidden" name="form_token" value="{browser.FormToken}">
        """;

    private sealed class PageResult(string html, int status) : IResult
    {
        // No form-action: Chromium holds it against every redirect that follows a form, and consent ends in one to the
        // app and on to wherever the app sends its user.
        private const string Policy = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";

        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = status;
            response.ContentType = "text/html; charset=utf-8";
            response.Headers.ContentSecurityPolicy = Policy;
            response.Headers.CacheControl = "no-store";
            response.Headers.XContentTypeOptions = "nosniff";
            response.Headers["Referrer-Policy"] = "no-referrer";
            return response.WriteAsync(html, httpContext.RequestAborted);
        }
    }
}
