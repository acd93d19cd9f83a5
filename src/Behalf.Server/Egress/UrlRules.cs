using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Behalf.Egress;

/// <summary>Makes URLs of parts that callers control, such that the host, the port and the path's beginning are those of
/// the definition. Faults are sentences for whoever sent the part; they do not repeat its value.</summary>
internal static partial class UrlRules
{
    /// <summary>A whole URL that somebody typed: a base address, a webhook, metadata. Whether it may be called is for
    /// <see cref="GuardedHttp"/> to say, each time it is.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Uri? url, [NotNullWhen(false)] out string? fault)
    {
        url = null;
        fault = "The URL must be absolute and begin with https:// or http://.";
        if (Unwanted(text) || text.Contains(' ', StringComparison.Ordinal))
        {
            fault = "The URL must not contain blanks, control characters or backslashes.";
            return false;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("https" or "http"))
        {
            return false;
        }

        if (parsed.UserInfo.Length > 0 || parsed.Fragment.Length > 0 || !HostName().IsMatch(parsed.IdnHost))
        {
            fault = "The URL must have a plain host name, no user name and no fragment.";
            return false;
        }

        (url, fault) = (parsed, null);
        return true;
    }

    /// <summary>A path of a definition with values in its places; see <see cref="PathTemplate"/>.</summary>
    public static bool TryFill(
        Uri baseUrl,
        string template,
        IReadOnlyDictionary<string, string> values,
        IEnumerable<KeyValuePair<string, string>> query,
        [NotNullWhen(true)] out Uri? url,
        [NotNullWhen(false)] out string? fault)
    {
        var path = PathTemplate.Of(template).Fill(values, out var wrong);
        url = path is null ? null : Join(baseUrl, path, Encode(query));
        fault = url is null ? wrong ?? "The path leads out of the place that the tool's definition gives it." : null;
        return url is not null;
    }

    /// <summary>A path, with a query or without, or a whole URL, as a caller of the proxy writes it. A path begins below
    /// the base address; a URL must lie below it.</summary>
    public static bool TryResolve(
        Uri baseUrl,
        string reference,
        IEnumerable<KeyValuePair<string, string>> query,
        [NotNullWhen(true)] out Uri? url,
        [NotNullWhen(false)] out string? fault)
    {
        url = null;
        if (Unwanted(reference) || reference.Contains('#', StringComparison.Ordinal))
        {
            fault = "The path must not contain control characters, backslashes or a fragment.";
            return false;
        }

        if (Below(baseUrl, reference) is not { } below)
        {
            fault = "The URL must begin with the toolkit's own base address.";
            return false;
        }

        var end = below.IndexOf('?', StringComparison.Ordinal);
        var (path, written) = end < 0 ? (below, "") : (below[..end], below[(end + 1)..]);
        string[] segments = [.. path.TrimStart('/').Split('/').Select(Uri.UnescapeDataString)];

        // A slash at the end is part of some APIs' paths; an empty segment anywhere else is a host to some parsers.
        var inner = segments is [.., ""] ? segments[..^1] : segments;
        if (path.StartsWith("//", StringComparison.Ordinal) || inner.Any(segment => PathSegment.Fault(segment) is not null))
        {
            fault = "A segment of the path is empty, consists of dots, or contains a slash, a backslash, a control "
                + "character or text that is percent-encoded twice.";
            return false;
        }

        var encoded = NoQueryText().Replace(written, match => Uri.EscapeDataString(match.Value));
        var parameters = string.Join('&', new[] { encoded, Encode(query) }.Where(part => part.Length > 0));
        url = Join(baseUrl, "/" + string.Join('/', segments.Select(PathSegment.EncodeWritten)), parameters);
        fault = url is null ? "The path leads out of the toolkit's base address." : null;
        return url is not null;
    }

    /// <summary>What is left of the reference below the base address; null if it is a URL elsewhere.</summary>
    private static string? Below(Uri baseUrl, string reference)
    {
        var scheme = reference.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0 || reference.AsSpan(0, scheme).ContainsAny('/', '?'))
        {
            return reference;
        }

        if (!Uri.TryCreate(reference, UriKind.Absolute, out var parsed) || !SameOrigin(baseUrl, parsed))
        {
            return null;
        }

        // From the text, not from the parsed URL: that one has climbed its dots already.
        var start = reference.AsSpan(scheme + 3).IndexOfAny('/', '?');
        var rest = start < 0 ? "/" : reference[(scheme + 3 + start)..];
        var prefix = Prefix(baseUrl);
        return rest.StartsWith(prefix, StringComparison.Ordinal) && (rest[prefix.Length..] is "" or ['/' or '?', ..])
            ? rest[prefix.Length..]
            : null;
    }

    /// <summary>Puts the parts together and reads them again. Null if the reader sees something else than was written,
    /// since then so might the peer.</summary>
    private static Uri? Join(Uri baseUrl, string path, string query)
    {
        var full = Prefix(baseUrl) + (path.StartsWith('/') ? path : "/" + path);
        var text = baseUrl.GetLeftPart(UriPartial.Authority) + full + (query.Length > 0 ? "?" + query : "");
        return Uri.TryCreate(text, UriKind.Absolute, out var url)
            && SameOrigin(baseUrl, url)
            && url.AbsolutePath == full
            && url.Fragment.Length == 0
            ? url
            : null;
    }

    private static string Prefix(Uri baseUrl) => baseUrl.AbsolutePath.TrimEnd('/');

    private static bool SameOrigin(Uri one, Uri other) =>
        one.Scheme == other.Scheme && one.IdnHost == other.IdnHost && one.Port == other.Port
        && other.UserInfo.Length == 0;

    private static string Encode(IEnumerable<KeyValuePair<string, string>> query) =>
        string.Join('&', query.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}"));

    private static bool Unwanted(string text) => text.Any(c => char.IsControl(c) || c == '\\');

    /// <summary>What RFC 3986 §3.4 has no place for in a query, a stray percent sign among it.</summary>
    [GeneratedRegex(@"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!$&'()*+,;=:@/?%]+")]
    private static partial Regex NoQueryText();

    /// <summary>As DNS and IPv6 write them; not a zone id, not a dot at the end.</summary>
    [GeneratedRegex(@"^[a-z0-9_:]([a-z0-9_.:-]*[a-z0-9_:])?\z")]
    private static partial Regex HostName();
}
