using System.Text;
using System.Text.RegularExpressions;

namespace Behalf.Catalog.JsonSchema;

/// <summary>Mail addresses: RFC 5321 §4.1.2 without the obsolete forms;
/// the international one takes any letter.</summary>
internal static partial class AddressFormats
{
    public static bool IsEmail(ReadOnlySpan<char> text) => IsAddress(text, isInternational: false);

    public static bool IsInternationalEmail(ReadOnlySpan<char> text) => IsAddress(text, isInternational: true);

    private static bool IsAddress(ReadOnlySpan<char> text, bool isInternational)
    {
        var at = text.LastIndexOf('@');
        if (at < 1)
        {
            return false;
        }

        var local = text[..at];
        var domain = text[(at + 1)..];
        var isLocal = isInternational ? InternationalLocalPart().IsMatch(local) : LocalPart().IsMatch(local);
        return isLocal && (isInternational && !Ascii.IsValid(domain) ? IsInternationalHost(domain) : IsHost(domain));
    }

    private static bool IsHost(ReadOnlySpan<char> domain)
    {
        if (domain is not ['[', .. var literal, ']'])
        {
            return HostFormats.IsHostName(domain);
        }

        return literal.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase)
            ? HostFormats.IsIPv6(literal[5..])
            : HostFormats.IsIPv4(literal);
    }

    private static bool IsInternationalHost(ReadOnlySpan<char> domain) => InternationalHost().IsMatch(domain);

    [GeneratedRegex("""
        \A(?:[0-9A-Z_a-z!\#$%&'*+/=?^`{|}~-]+(?:\.[0-9A-Z_a-z!\#$%&'*+/=?^`{|}~-]+)*
        |"(?:[ !\#-\[\]-~]|\\[ -~])*")\z
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex LocalPart();

    [GeneratedRegex("""
        \A(?:[0-9A-Z_a-z!\#$%&'*+/=?^`{|}~\u0080-\uffff-]+(?:\.[0-9A-Z_a-z!\#$%&'*+/=?^`{|}~\u0080-\uffff-]+)*
        |"(?:[ !\#-\[\]-~\u0080-\uffff]|\\[ -~])*")\z
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex InternationalLocalPart();

    [GeneratedRegex(@"\A[^\s@.]+(?:\.[^\s@.]+)*\z")]
    private static partial Regex InternationalHost();
}
