using Behalf.Accounts.Connect.Pages;

namespace Behalf.Accounts.Connect;

/// <summary>From how a flow ended to what the browser gets.</summary>
internal static class ConnectEnds
{
    /// <summary>After the provider's redirect: back to the application at once if it named a place.</summary>
    public static IResult AfterCallback(ConnectContext context, FlowEnd end, HttpContext http) =>
        context.ReturnUrl(end.Success, end.Reason) is { } url && KindOf(end) is OutcomeKind.Connected or OutcomeKind.Denied or OutcomeKind.ProviderError
            ? Results.Redirect(url)
            : ConnectPageRoutes.Outcome(context, KindOf(end), http);

    /// <summary>After a form: by a page that moves on, since browsers hold redirects after a form against form-action.</summary>
    public static IResult AfterForm(ConnectContext context, FlowEnd end, HttpContext http) =>
        (end.Success || end.Reason == StatusReasons.TooManyAttempts) && context.ReturnUrl(end.Success, end.Reason) is { } url
            ? PageResults.Handover(new HandoverView { Brand = context.Brand, Target = new Uri(url) })
            : ConnectPageRoutes.Outcome(context, KindOf(end), http);

    private static OutcomeKind KindOf(FlowEnd end) => end switch
    {
        { Success: true } => OutcomeKind.Connected,
        { Reason: StatusReasons.ConsentDenied } => OutcomeKind.Denied,
        { Reason: StatusReasons.SubjectChanged } => OutcomeKind.SubjectChanged,
        { Reason: StatusReasons.TooManyAttempts } => OutcomeKind.TooManyAttempts,
        { Reason: StatusReasons.LinkExpired } => OutcomeKind.Expired,
        { Reason: StatusReasons.WrongBrowser } => OutcomeKind.WrongBrowser,
        { Reason: StatusReasons.WrongUser } => OutcomeKind.WrongUser,
        { Reason: "already_used" or "account_deleted" or "account_revoked" or StatusReasons.DisabledByRequest } => OutcomeKind.AlreadyUsed,
        _ => OutcomeKind.ProviderError,
    };
}
