using Behalf.Sandbox.Grants;
using Behalf.Sandbox.OAuth;
using Behalf.Sandbox.Provider;

namespace Behalf.Sandbox.SignIn;

/// <summary>The way of an authorization request: sign-in where it is needed, consent where it is needed, then back to
/// the app. <see cref="Next"/> alone knows the order.</summary>
internal sealed class Authorize(
    Browsers browsers, AppRegistry apps, UserDirectory users, Consents consents, AuthorizationCodes codes,
    AuthorizationAnswer answer)
{
    /// <summary><c>GET /oauth/authorize</c></summary>
    public IResult Begin(HttpContext context)
    {
        var query = new Parameters(context.Request.Query);
        var (app, redirectUri, fault) = AuthorizationRequest.Addressee(query, apps);
        if (app is null || fault is not null)
        {
            return Pages.Refusal(fault!);
        }

        var (request, error, description) = AuthorizationRequest.Read(query, app, redirectUri);
        if (request is null)
        {
            return Results.Redirect(answer.Error(redirectUri, query["state"], error!, description!));
        }

        var browser = browsers.FindOrMeet(context);
        return Next(browser, browsers.Begin(browser, request));
    }

    /// <summary><c>GET /oauth/sign-in</c>: also the way to take another account on the consent page.</summary>
    public IResult ShowSignIn(HttpContext context) => WithFlow(context, context.Request.Query["flow"], ShowSignIn);

    /// <summary><c>POST /oauth/sign-in</c></summary>
    public Task<IResult> SignInAsync(HttpContext context) => WithFormAsync(context, SignIn);

    /// <summary><c>GET /oauth/consent</c></summary>
    public IResult ShowConsent(HttpContext context) => WithFlow(context, context.Request.Query["flow"], Next);

    /// <summary><c>POST /oauth/consent</c></summary>
    public Task<IResult> DecideAsync(HttpContext context) => WithFormAsync(context, Decide);

    private IResult SignIn(HttpContext context, Browser browser, Flow flow, Parameters form)
    {
        if (users.Find(form["user"]) is not { } user)
        {
            return Pages.Refusal("There is no such user here.");
        }

        flow.SignedInHere = true;
        browsers.SignIn(context, browser, user);
        return new SeeOther($"/oauth/consent?flow={flow.Id}");
    }

    private IResult Decide(HttpContext context, Browser browser, Flow flow, Parameters form)
    {
        if (browser.User is not { } user)
        {
            return ShowSignIn(browser, flow);
        }

        var request = flow.Request;
        switch (form["decision"])
        {
            case "allow":
                consents.Remember(user.Id, request.App.ClientId, request.Scopes);
                return Finish(browser, flow, user);
            case "deny":
                browser.Flows.TryRemove(flow.Id, out _);
                return new SeeOther(
                    answer.Error(request.RedirectUri, request.State, "access_denied", "the user said no"));
            default:
                return ShowConsent(browser, flow, user);
        }
    }

    private IResult Next(Browser browser, Flow flow)
    {
        var request = flow.Request;
        if (browser.User is not { } user || (!flow.SignedInHere && NamesAnother(request, user)))
        {
            return ShowSignIn(browser, flow);
        }

        return request.AsksConsent || !consents.Covers(user.Id, request.App.ClientId, request.Scopes)
            ? ShowConsent(browser, flow, user)
            : Finish(browser, flow, user);
    }

    private static bool NamesAnother(AuthorizationRequest request, User user) =>
        request.AsksWho || (request.LoginHint is { } hint && !user.IsNamedBy(hint));

    private IResult ShowSignIn(Browser browser, Flow flow) => Pages.SignIn(browser, flow, users.All);

    private static IResult ShowConsent(Browser browser, Flow flow, User user) => Pages.Consent(browser, flow, user);

    private IResult Finish(Browser browser, Flow flow, User user)
    {
        // Two clicks on Allow give one code.
        if (!browser.Flows.TryRemove(flow.Id, out _))
        {
            return Pages.Refusal(Pages.FlowIsOver);
        }

        var request = flow.Request;
        var code = codes.Issue(new CodeTerms
        {
            ClientId = request.App.ClientId,
            RedirectUri = request.RedirectUri,
            User = user,
            Scopes = request.Scopes,
            CodeChallenge = request.CodeChallenge,
        });
        return new SeeOther(answer.Code(request.RedirectUri, request.State, code));
    }

    private IResult WithFlow(HttpContext context, string? flowId, Func<Browser, Flow, IResult> step) =>
        browsers.Find(context.Request) is { } browser && browsers.Find(browser, flowId) is { } flow
            ? step(browser, flow)
            : Pages.Refusal(Pages.FlowIsOver);

    private async Task<IResult> WithFormAsync(
        HttpContext context, Func<HttpContext, Browser, Flow, Parameters, IResult> step)
    {
        var form = await Parameters.ReadFormAsync(context.Request);
        return WithFlow(context, form["flow"], (browser, flow) =>
            form["form_token"] is { } token && Opaque.SameSecret(token, browser.FormToken)
                ? step(context, browser, flow, form)
                : Pages.Refusal("This form was not sent from this provider's own page."));
    }

    /// <summary>303, so that the browser does not post the form to the app (RFC 9700 §4.12).</summary>
    private sealed class SeeOther(string location) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            httpContext.Response.Headers.Location = location;
            httpContext.Response.Headers.CacheControl = "no-store";
            return Task.CompletedTask;
        }
    }
}
