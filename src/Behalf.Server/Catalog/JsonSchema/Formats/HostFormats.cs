using System.Buffers;
using System.Globalization;

namespace Behalf.Catalog.JsonSchema;

/// <summary>Names and addresses of hosts.</summary>
internal static class HostFormats
{
    private static readonly SearchValues<char> LabelCharacters =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-");

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789ABCDEFabcdef");

    /// <summary>RFC 1123 §2.1: letters, digits and inner hyphens, labels of at most 63.</summary>
    public static bool IsHostName(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > 253)
        {
            return false;
        }

        foreach (var range in text.Split('.'))
        {
            var label = text[range];
            if (label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-'
                || label.ContainsAnyExcept(LabelCharacters))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>RFC 2673 §3.2: four decimal numbers, no leading zeros, which some read as octal.</summary>
    public static bool IsIPv4(ReadOnlySpan<char> text)
    {
        var parts = 0;
        foreach (var range in text.Split('.'))
        {
            var part = text[range];
            if (part.Length is 0 or > 3 || (part.Length > 1 && part[0] == '0')
                || !byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                return false;
            }

            parts++;
        }

        return parts == 4;
    }

    /// <summary>RFC 4291 §2.2, without the zone that <see cref="System.Net.IPAddress"/> would take.</summary>
    public static bool IsIPv6(ReadOnlySpan<char> text)
    {
        var gap = text.IndexOf("::", StringComparison.Ordinal);
        if (gap < 0)
        {
            return Groups(text) == 8;
        }

        // The gap stands for one group at least, and an IPv4 address only ends the whole.
        return !text[..gap].Contains('.') && Groups(text[..gap]) + Groups(text[(gap + 2)..]) <= 7;
    }

    /// <summary>How many groups of 16 bits these are; more than an address has where they are none.</summary>
    private static int Groups(ReadOnlySpan<char> text)
    {
        const int Wrong = 99;
        if (text.IsEmpty)
        {
            return 0;
        }

        var groups = 0;
        foreach (var range in text.Split(':'))
        {
            var group = text[range];
            if (group.Contains('.'))
            {
                return range.End.Value == text.Length && IsIPv4(group) ? groups + 2 : Wrong;
            }

            if (group.Length is 0 or > 4 || group.ContainsAnyExcept(HexDigits))
            {
                return Wrong;
            }

            groups++;
        }

        return groups;
    }
}
