using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.Connect.Pages;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Storage;
using Behalf.Wire;

namespace Behalf.Accounts.Connect;

/// <summary>The page behind a link: who asks to connect what, for whom, with which permissions; and what its buttons do.</summary>
internal sealed class ConnectPageRoutes(
    IDatabase database, ConnectContexts contexts, ConnectCookie cookie, ContinueFlow next, FinishFlow finish, PublicOrigin origin)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/connect/{token}", (string token, HttpContext http, ConnectPageRoutes pages, CancellationToken ct) => pages.ShowAsync(token, http, ct));
        routes.MapPost("/connect/{token}", (string token, HttpContext http, ConnectPageRoutes pages, CancellationToken ct) => pages.ContinueAsync(token, http, ct));
        routes.MapPost("/connect/{token}/cancel", (string token, HttpContext http, ConnectPageRoutes pages, CancellationToken ct) => pages.CancelAsync(token, http, ct));
    }

    private async Task<IResult> ShowAsync(string token, HttpContext http, CancellationToken ct)
    {
        var (context, obstacle) = await OpenAsync(token, http, ct);
        if (obstacle is not null)
        {
            return obstacle;
        }

        var secret = cookie.ReadOrSet(http);
        return PageResults.Connect(ConnectViews.Of(context!, token, BrowserBinding.FormToken(secret, token), !origin.IsHttps));
    }

    private async Task<IResult> ContinueAsync(string token, HttpContext http, CancellationToken ct)
    {
        var (context, obstacle) = await OpenAsync(token, http, ct);
        if (obstacle is not null)
        {
            return obstacle;
        }

        if (await ReadFormAsync(http, token, ct) is not { } form || cookie.Read(http) is not { } secret)
        {
            return Outcome(context!, OutcomeKind.WrongBrowser, http);
        }

        return await next.RunAsync(context!, token, secret, form, http, ct);
    }

    private async Task<IResult> CancelAsync(string token, HttpContext http, CancellationToken ct)
    {
        var (context, obstacle) = await OpenAsync(token, http, ct);
        if (obstacle is not null)
        {
            return obstacle;
        }

        if (await ReadFormAsync(http, token, ct) is null)
        {
            return Outcome(context!, OutcomeKind.WrongBrowser, http);
        }

        var end = await finish.FailAsync(
            context!.Flow, StatusReasons.ConsentDenied, context.ByEndUser(http.GetRequestId(), AuditActions.LinkEnded), ct);
        return context.ReturnUrl(success: false, end.Reason) is { } url
            ? PageResults.Handover(new HandoverView { Brand = context.Brand, Target = new Uri(url) })
            : Outcome(context, OutcomeKind.Denied, http);
    }

    /// <summary>The flow behind the link, or the page that says why there is none to go on with.</summary>
    private async Task<(ConnectContext? Context, IResult? Obstacle)> OpenAsync(string token, HttpContext http, CancellationToken ct)
    {
        if (await database.LocateFlowAsync(LocatorKind.Link, token, ct) is not { } flow || await contexts.OfAsync(flow, ct) is not { } context)
        {
            return (null, PageResults.Outcome(new OutcomeView
            {
                Kind = OutcomeKind.NotFound,
                Brand = BrandView.Neutral,
                ToolkitName = null,
                RequestId = http.GetRequestId(),
            }));
        }

        OutcomeKind? obstacle =
            flow.Stage == FlowStage.Ended && flow.Outcome == StatusReasons.LinkExpired ? OutcomeKind.Expired
            : flow.Stage >= FlowStage.Parked ? OutcomeKind.AlreadyUsed
            : flow.IsExpired ? OutcomeKind.Expired
            : flow.BrowserHash is { } bound && (cookie.Read(http) is not { } secret || !IsSame(bound, BrowserBinding.Hash(secret))) ? OutcomeKind.WrongBrowser
            : null;
        return obstacle is { } kind ? (context, Outcome(context, kind, http)) : (context, null);
    }

    /// <summary>Null unless the form came from our own page in the browser that holds the cookie.</summary>
    private async Task<IFormCollection?> ReadFormAsync(HttpContext http, string token, CancellationToken ct)
    {
        if (!http.Request.HasFormContentType || cookie.Read(http) is not { } secret)
        {
            return null;
        }

        var form = await http.Request.ReadFormAsync(ct);
        return BrowserBinding.IsFormToken(form[ConnectView.AntiForgeryField].ToString(), secret, token) ? form : null;
    }

    private static bool IsSame(byte[] a, byte[] b) => System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(a, b);

    internal static IResult Outcome(ConnectContext context, OutcomeKind kind, HttpContext http) => PageResults.Outcome(new OutcomeView
    {
        Kind = kind,
        Brand = context.Brand,
        ToolkitName = context.Config.Toolkit.Name,
        AccountHint = context.Account.SubjectLabel,
        ReturnUrl = context.ReturnUrl(kind == OutcomeKind.Connected),
        RequestId = http.GetRequestId(),
    });
}
