namespace Behalf.Accounts.Connect.Pages;

/// <summary>Where a page may point. Encoding keeps a URL inside its attribute; it does not make <c>javascript:</c> safe.</summary>
internal static class Links
{
    /// <summary>A path that this server made. Anything else is a bug here, not a visitor's mistake.</summary>
    public static string Local(string path) =>
        IsLocal(path) ? path : throw new InvalidOperationException("A page may only use paths of this server.");

    /// <summary>The application's own address, or null where it is not one to click on.</summary>
    public static string? Outside(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && IsWeb(uri) ? uri.AbsoluteUri : null;

    public static string Outside(Uri uri) =>
        IsWeb(uri) ? uri.AbsoluteUri : throw new InvalidOperationException("A page may only lead to http and https.");

    // Browsers read "//" and "/\" as the start of another host, and drop tabs and line breaks before they look.
    private static bool IsLocal(string path) =>
        path.StartsWith('/') && !path.StartsWith("//", StringComparison.Ordinal)
        && !path.Contains('\\', StringComparison.Ordinal) && !path.Any(char.IsControl);

    // "https://bank.example@evil.example" shows one host and goes to another.
    private static bool IsWeb(Uri uri) =>
        uri.IsAbsoluteUri && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp) && uri.UserInfo.Length == 0;
}
