using System.Buffers;
using System.Text;

namespace Behalf.Egress;

/// <summary>One part of a URL's path, between two slashes, as a caller gives it.</summary>
internal static class PathSegment
{
    /// <summary>And what some servers, proxies or file systems take for a slash or backslash.</summary>
    private static readonly SearchValues<char> Separators = SearchValues.Create(
        "/\\\u2044\u2215\u2216\u29F5\u29F8\u29F9\uFE68\uFF0F\uFF3C");

    private static readonly SearchValues<char> Dots = SearchValues.Create(".\u2024\u2025\uFE52\uFF0E");

    /// <summary>RFC 3986 §3.3: what a segment may hold unencoded beyond letters, digits and -._~</summary>
    private const string KeptInReferences = "!$&'()*+,;=:@";

    /// <summary>Why the plain text may not be a segment, as the end of a sentence; null if it may.</summary>
    public static string? Fault(string value)
    {
        if (value.Length == 0)
        {
            return "must not be empty";
        }

        if (value.AsSpan().ContainsAny(Separators))
        {
            return "must not contain a slash or backslash";
        }

        if (value.Any(char.IsControl) || !IsUnicode(value))
        {
            return "must not contain control characters or broken Unicode";
        }

        // What follows a semicolon is a parameter to some servers, who drop it and then climb (/..;/).
        var name = value.AsSpan(0, value.IndexOf(';', StringComparison.Ordinal) is >= 0 and var end ? end : value.Length);
        if (!name.Trim(' ').ContainsAnyExcept(Dots))
        {
            return "must not consist of dots";
        }

        return IsPercentEncoded(value)
            ? "must be written plainly, without percent-encoding: it is encoded here"
            : null;
    }

    public static string Encode(string value) => Uri.EscapeDataString(value);

    /// <summary>Leaves the marks alone that a path may hold, since in a URL that somebody wrote out they may be meant as
    /// such: <c>Users('7')</c>, <c>messages:batch</c>.</summary>
    public static string EncodeWritten(string value)
    {
        var encoded = new StringBuilder(Encode(value));
        foreach (var mark in KeptInReferences)
        {
            encoded.Replace(Uri.HexEscape(mark), mark.ToString());
        }

        return encoded.ToString();
    }

    /// <summary>A peer that decodes twice would see something else than what was checked.</summary>
    private static bool IsPercentEncoded(ReadOnlySpan<char> value)
    {
        for (var i = 0; i < value.Length - 2; i++)
        {
            if (value[i] == '%' && char.IsAsciiHexDigit(value[i + 1]) && char.IsAsciiHexDigit(value[i + 2]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsUnicode(ReadOnlySpan<char> value)
    {
        while (!value.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(value, out _, out var length) != OperationStatus.Done)
            {
                return false;
            }

            value = value[length..];
        }

        return true;
    }
}
