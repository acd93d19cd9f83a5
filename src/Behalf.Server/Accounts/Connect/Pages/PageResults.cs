namespace Behalf.Accounts.Connect.Pages;

/// <summary>The hosted pages, as results to return from an endpoint.</summary>
internal static class PageResults
{
    /// <summary>Asks the user. With errors to correct it is a 422 (RFC 9110 §15.5.21).</summary>
    public static IResult Connect(ConnectView view) => new HtmlPage<ConnectPage, ConnectView>(
        view.HasErrors ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status200OK, view.Brand, view);

    /// <summary>Tells the user how it ended.</summary>
    public static IResult Outcome(OutcomeView view) => new HtmlPage<OutcomePage, OutcomeView>(
        Pages.Outcome.Of(view.Kind).Status, view.Brand, view);

    /// <summary>Takes the user to the provider, or back to the application, after a form was posted.</summary>
    public static IResult Handover(HandoverView view) => new HtmlPage<HandoverPage, HandoverView>(
        StatusCodes.Status200OK, view.Brand, view);
}
