namespace Behalf.Wire;

/// <summary>URLs that browsers are sent to.</summary>
internal static class WebUrl
{
    private const int MostCharacters = 2048;

    /// <summary>https anywhere, http on loopback; no user, no control characters or backslashes, which browsers read in their own way.</summary>
    public static bool IsSafe(string text) =>
        text.Length <= MostCharacters && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c == '\\')
        && Uri.TryCreate(text, UriKind.Absolute, out var url) && url.UserInfo.Length == 0
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback));

    /// <summary>Adds parameters behind those that are there; a fragment stays last.</summary>
    public static string WithQuery(string url, params ReadOnlySpan<(string Name, string Value)> parameters)
    {
        var hash = url.IndexOf('#', StringComparison.Ordinal);
        var (head, fragment) = hash < 0 ? (url, "") : (url[..hash], url[hash..]);
        var text = new System.Text.StringBuilder(head);
        foreach (var (name, value) in parameters)
        {
            text.Append(head.Contains('?', StringComparison.Ordinal) ? '&' : '?')
                .Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
            head += "?";
        }

        return text.Append(fragment).ToString();
    }
}
