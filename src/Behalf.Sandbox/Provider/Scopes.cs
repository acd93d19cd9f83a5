namespace Behalf.Sandbox.Provider;

/// <summary>What an app can ask for, and how the consent screen says it.</summary>
internal static class Scopes
{
    public const string Profile = "profile";
    public const string MailRead = "mail.read";
    public const string MailSend = "mail.send";
    public const string ChatRead = "chat.read";
    public const string ChatWrite = "chat.write";
    public const string IssuesRead = "issues.read";
    public const string IssuesWrite = "issues.write";

    private static readonly (string Scope, string Words)[] Known =
    [
        (Profile, "See your name and e-mail address"),
        (MailRead, "Read your mail"),
        (MailSend, "Send mail in your name"),
        (ChatRead, "Read the channels you are in"),
        (ChatWrite, "Post to channels in your name"),
        (IssuesRead, "Read issues"),
        (IssuesWrite, "Open and change issues in your name"),
    ];

    public static IReadOnlyList<string> All { get; } = [.. Known.Select(known => known.Scope)];

    public static string InWords(string scope) => Known.First(known => known.Scope == scope).Words;

    /// <summary>The scopes of a space-separated list in a fixed order; null if one is unknown. RFC 6749 §3.3 lets the
    /// server choose a default where none was asked for: the profile.</summary>
    public static IReadOnlyList<string>? Parse(string? list)
    {
        var asked = (list ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (asked.Length == 0)
        {
            return [Profile];
        }

        return asked.All(All.Contains) ? [.. All.Where(asked.Contains)] : null;
    }

    public static string Join(IEnumerable<string> scopes) => string.Join(' ', scopes);
}
