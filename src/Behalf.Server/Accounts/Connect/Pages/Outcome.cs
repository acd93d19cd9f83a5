namespace Behalf.Accounts.Connect.Pages;

/// <summary>What every <see cref="OutcomeKind"/> means: the status it travels with, the word a program reads
/// (<c>data-reason</c>) and what the user is told: what happened, then what to do.</summary>
internal sealed record Outcome(
    int Status, string Reason, string Icon, Func<OutcomeView, string> Title, Func<OutcomeView, string> Sentence)
{
    private static readonly Outcome Connected = new(
        200, "connected", "good",
        v => $"{v.Toolkit} is connected",
        v => $"{v.Brand.Name} can now use your {v.Toolkit} account for you.{GoOn(v)}");

    // RFC 9110 §15.5.4: refused for a reason that signing in differently does not change.
    private static readonly Outcome Denied = new(
        403, "denied", "stop",
        _ => "Nothing was connected",
        v => $"Access was declined, so {v.Brand.Name} cannot use your {v.Toolkit} account. "
            + $"If that was a mistake, start again from {v.Brand.Name}.");

    // RFC 9110 §15.5.11: gone for good; asking again will not help.
    private static readonly Outcome Expired = new(
        410, "expired", "late",
        _ => "This link has expired",
        v => $"A link to connect works for a few minutes only. Go back to {v.Brand.Name} and start again.");

    // RFC 9110 §15.5.10: the request conflicts with what has already happened.
    private static readonly Outcome AlreadyUsed = new(
        409, "already_used", "late",
        _ => "This link was already used",
        v => $"A link to connect works once. If {v.Toolkit} is not connected yet, go back to {v.Brand.Name} and start again.");

    private static readonly Outcome WrongBrowser = new(
        400, "wrong_browser", "stop",
        _ => "This is not the browser you started in",
        v => "Nothing was connected: the last step came to a different browser, a private window, or one that blocks cookies. "
            + $"Go back to {v.Brand.Name} and start again in this browser.");

    private static readonly Outcome WrongUser = new(
        403, "wrong_user", "stop",
        _ => "This link is for somebody else",
        v => $"Nothing was connected: the link was made for a different user of {v.Brand.Name}. "
            + $"Sign in to {v.Brand.Name} as yourself and start again from there.");

    // RFC 9110 §15.6.3: the server behind us gave an answer that we cannot use.
    private static readonly Outcome ProviderError = new(
        502, "provider_error", "warn",
        v => $"Could not connect {v.Toolkit}",
        v => $"Nothing was connected: {v.Toolkit} answered with an error. Wait a moment and try again. "
            + $"If it keeps happening, tell {v.Brand.Name}.");

    // RFC 6585 §4.
    private static readonly Outcome TooManyAttempts = new(
        429, "too_many_attempts", "stop",
        _ => "Too many attempts",
        v => $"Nothing was connected: {v.Toolkit} accepted none of what was typed, so this link works no more. "
            + $"Go back to {v.Brand.Name} and start again.");

    private static readonly Outcome SubjectChanged = new(
        409, "subject_changed", "stop",
        v => $"This is a different {v.Toolkit} account",
        v => $"Nothing was changed: {v.Brand.Name} was connected to another account"
            + (v.AccountHint is { } hint ? $", {hint}. " : ". ")
            + $"Sign in to that one at {v.Toolkit}, then start again from {v.Brand.Name}.");

    private static readonly Outcome NotFound = new(
        404, "not_found", "warn",
        _ => "There is no such link",
        v => $"Check that the whole link was copied, or go back to {v.Brand.Name} and start again.");

    // RFC 9110 §15.3.3: accepted, and decided elsewhere.
    private static readonly Outcome Waiting = new(
        202, "waiting", "late",
        _ => "Almost done",
        v => $"Go back to {v.Brand.Name} to finish: it still has to confirm that this is you.");

    private static readonly Outcome ServerError = new(
        500, "server_error", "warn",
        _ => "Something went wrong here",
        v => $"This is our mistake, not yours. Wait a moment and try again. If it keeps happening, tell {v.Brand.Name}.");

    public static Outcome Of(OutcomeKind kind) => kind switch
    {
        OutcomeKind.Connected => Connected,
        OutcomeKind.Denied => Denied,
        OutcomeKind.Expired => Expired,
        OutcomeKind.AlreadyUsed => AlreadyUsed,
        OutcomeKind.WrongBrowser => WrongBrowser,
        OutcomeKind.WrongUser => WrongUser,
        OutcomeKind.ProviderError => ProviderError,
        OutcomeKind.TooManyAttempts => TooManyAttempts,
        OutcomeKind.SubjectChanged => SubjectChanged,
        OutcomeKind.NotFound => NotFound,
        OutcomeKind.Waiting => Waiting,
        OutcomeKind.ServerError => ServerError,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No page for this outcome."),
    };

    private static string GoOn(OutcomeView view) => view.ReturnUrl is null ? " You can close this page." : "";
}
