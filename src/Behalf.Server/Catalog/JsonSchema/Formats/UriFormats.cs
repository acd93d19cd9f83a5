using System.Buffers;

namespace Behalf.Catalog.JsonSchema;

/// <summary>RFC 3986 appendix A, and RFC 3987 as far as letters beyond ASCII may stand where others may.</summary>
internal static class UriFormats
{
    private const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    private const string SubDelimiters = "!$&'()*+,;=";

    private static readonly SearchValues<char> SchemeCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.");

    private static readonly SearchValues<char> UserCharacters = SearchValues.Create(Unreserved + SubDelimiters + ":");
    private static readonly SearchValues<char> HostCharacters = SearchValues.Create(Unreserved + SubDelimiters);
    private static readonly SearchValues<char> PathCharacters = SearchValues.Create(Unreserved + SubDelimiters + ":@/");
    private static readonly SearchValues<char> QueryCharacters =
        SearchValues.Create(Unreserved + SubDelimiters + ":@/?");

    public static bool IsUri(ReadOnlySpan<char> text) => Fits(text, needsScheme: true, beyondAscii: false);

    public static bool IsUriReference(ReadOnlySpan<char> text) => Fits(text, needsScheme: false, beyondAscii: false);

    public static bool IsIri(ReadOnlySpan<char> text) => Fits(text, needsScheme: true, beyondAscii: true);

    public static bool IsIriReference(ReadOnlySpan<char> text) => Fits(text, needsScheme: false, beyondAscii: true);

    private static bool Fits(ReadOnlySpan<char> rest, bool needsScheme, bool beyondAscii)
    {
        if (rest.IndexOf('#') is var hash and >= 0)
        {
            if (!Consists(rest[(hash + 1)..], QueryCharacters, beyondAscii))
            {
                return false;
            }

            rest = rest[..hash];
        }

        if (rest.IndexOf('?') is var mark and >= 0)
        {
            if (!Consists(rest[(mark + 1)..], QueryCharacters, beyondAscii))
            {
                return false;
            }

            rest = rest[..mark];
        }

        // A colon before any slash ends a scheme: §4.2 forbids it in the first segment of a relative reference.
        if (rest.IndexOfAny(':', '/') is var colon and >= 0 && rest[colon] == ':')
        {
            if (colon == 0 || !char.IsAsciiLetter(rest[0]) || rest[..colon].ContainsAnyExcept(SchemeCharacters))
            {
                return false;
            }

            rest = rest[(colon + 1)..];
        }
        else if (needsScheme)
        {
            return false;
        }

        return HasAuthorityAndPath(rest, beyondAscii);
    }

    private static bool HasAuthorityAndPath(ReadOnlySpan<char> rest, bool beyondAscii)
    {
        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            rest = rest[2..];
            var slash = rest.IndexOf('/');
            var authority = slash < 0 ? rest : rest[..slash];
            rest = slash < 0 ? [] : rest[slash..];
            if (!IsAuthority(authority, beyondAscii))
            {
                return false;
            }
        }

        return Consists(rest, PathCharacters, beyondAscii);
    }

    private static bool IsAuthority(ReadOnlySpan<char> authority, bool beyondAscii)
    {
        if (authority.LastIndexOf('@') is var at and >= 0)
        {
            if (!Consists(authority[..at], UserCharacters, beyondAscii))
            {
                return false;
            }

            authority = authority[(at + 1)..];
        }

        var host = authority;
        if (authority.LastIndexOf(':') is var colon and >= 0 && !authority[colon..].Contains(']'))
        {
            if (authority[(colon + 1)..].ContainsAnyExceptInRange('0', '9'))
            {
                return false;
            }

            host = authority[..colon];
        }

        return host is ['[', .. var literal, ']'] ? IsLiteral(literal) : Consists(host, HostCharacters, beyondAscii);
    }

    /// <summary>§3.2.2: an IPv6 address, or a future kind marked by a version.</summary>
    private static bool IsLiteral(ReadOnlySpan<char> literal) =>
        literal is ['v' or 'V', var version, '.', .. var future]
            ? char.IsAsciiHexDigit(version) && !future.IsEmpty && !future.ContainsAnyExcept(UserCharacters)
            : HostFormats.IsIPv6(literal);

    private static bool Consists(ReadOnlySpan<char> text, SearchValues<char> allowed, bool beyondAscii)
    {
        while (text.IndexOfAnyExcept(allowed) is var other and >= 0)
        {
            if (text[other] == '%')
            {
                if (text.Length < other + 3
                    || !char.IsAsciiHexDigit(text[other + 1]) || !char.IsAsciiHexDigit(text[other + 2]))
                {
                    return false;
                }

                text = text[(other + 3)..];
            }
            else if (beyondAscii && text[other] >= 0xA0)
            {
                text = text[(other + 1)..];
            }
            else
            {
                return false;
            }
        }

        return true;
    }
}
