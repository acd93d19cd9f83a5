using System.Buffers;
using System.Collections.Frozen;

namespace Behalf.Egress;

/// <summary>Which headers may be sent, by whom.</summary>
internal static class HeaderRules
{
    /// <summary>Those that a caller of the proxy may set on any toolkit. A list of what is allowed, since every server
    /// has headers of its own that change the path, the method or the user of a request. Not Range: a body read in
    /// slices could hold a credential that no slice holds.</summary>
    private static readonly FrozenSet<string> Harmless = Names(
        "Accept", "Accept-Language", "Content-Language", "Content-Type", "Idempotency-Key", "If-Match",
        "If-Modified-Since", "If-None-Match", "If-Unmodified-Since", "Prefer");

    /// <summary>Not for callers even if a definition lists them.</summary>
    private static readonly FrozenSet<string> NeverForCallers = Names(
        "Authorization", "Cookie", "Cookie2", "Forwarded", "Range", "Set-Cookie", "X-HTTP-Method",
        "X-HTTP-Method-Override", "X-Method-Override", "X-Original-URL", "X-Real-IP", "X-Rewrite-URL");

    /// <summary>About the connection: the handler alone writes them (RFC 9110 §7.6.1, RFC 9112 §6).</summary>
    private static readonly FrozenSet<string> OfTheConnection = Names(
        "Accept-Encoding", "Connection", "Content-Length", "Expect", "Host", "HTTP2-Settings", "Keep-Alive", "TE",
        "Trailer", "Transfer-Encoding", "Upgrade");

    /// <summary>A redirect to another origin takes these along: they say what we read, not who we are.</summary>
    private static readonly FrozenSet<string> FitForStrangers = Names("Accept", "Accept-Language", "User-Agent");

    /// <summary>An answer keeps these to itself: its length and coding are of the wire, its cookies are of nobody, and a
    /// server that echoes credentials does so there.</summary>
    private static readonly FrozenSet<string> NotHandedOn = Names(
        "Alt-Svc", "Authorization", "Connection", "Content-Encoding", "Content-Length", "Keep-Alive", "Set-Cookie",
        "Set-Cookie2", "Trailer", "Transfer-Encoding", "Upgrade");

    /// <summary>RFC 9110 §5.6.2, token.</summary>
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Whether whoever calls the proxy may set the header. <paramref name="extra"/> are the names that the
    /// toolkit's definition adds.</summary>
    public static bool CallerMaySet(string name, string value, IReadOnlyCollection<string> extra) =>
        MayBeSent(name, value)
        && !NeverForCallers.Contains(name)
        && !name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
        && (Harmless.Contains(name) || extra.Contains(name, StringComparer.OrdinalIgnoreCase));

    /// <summary>Whether anybody may set it: the guard asks for every header, a definition's and a credential's, too.</summary>
    public static bool MayBeSent(string name, string value) =>
        name.Length > 0
        && !name.AsSpan().ContainsAnyExcept(NameCharacters)
        && !OfTheConnection.Contains(name)
        && !name.StartsWith("Proxy-", StringComparison.OrdinalIgnoreCase)
        && IsText(value);

    public static bool IsFitForStrangers(string name) => FitForStrangers.Contains(name);

    public static bool IsHandedOn(string name) =>
        !NotHandedOn.Contains(name) && !name.StartsWith("Proxy-", StringComparison.OrdinalIgnoreCase);

    /// <summary>Visible ASCII, blank and tab: anything else is either a way to end the header or a matter of taste
    /// between two servers (RFC 9110 §5.5).</summary>
    private static bool IsText(ReadOnlySpan<char> value)
    {
        foreach (var c in value)
        {
            if (c is not ('\t' or (>= ' ' and <= '~')))
            {
                return false;
            }
        }

        return true;
    }

    private static FrozenSet<string> Names(params string[] names) => names.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
