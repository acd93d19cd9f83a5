using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Behalf.Tests.Broker.Scrub;

/// <summary>What providers do to text before they send it, by the platform's encoders and by the odd ones of others.</summary>
internal static class Encodings
{
    /// <summary>Those that can be put around each other.</summary>
    public static readonly IReadOnlyDictionary<string, Func<string, string>> Escapings =
        new Dictionary<string, Func<string, string>>
        {
            ["plain"] = text => text,
            ["json"] = text => JsonEncodedText.Encode(text).ToString(),
            ["json, relaxed"] = text => JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString(),
            ["json, with slashes"] = text => JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)
                .ToString().Replace("/", "\\/", StringComparison.Ordinal),
            ["json, all escaped"] = text => string.Concat(text.Select(c => $"\\u{(int)c:x4}")),
            ["json, all escaped in capitals"] = text => string.Concat(text.Select(c => $"\\u{(int)c:X4}")),
            ["bytes in a program"] = text => string.Concat(Encoding.UTF8.GetBytes(text).Select(b => $"\\x{b:x2}")),
            ["url"] = Uri.EscapeDataString,
            ["url, in small letters"] = text => string.Concat(Uri.EscapeDataString(text)
                .Split('%').Select((part, i) => i == 0 ? part : "%" + part[..2].ToLower(CultureInfo.InvariantCulture) + part[2..])),
            ["url, all escaped"] = text => string.Concat(Encoding.UTF8.GetBytes(text).Select(b => $"%{b:X2}")),
            ["form"] = text => WebUtility.UrlEncode(text),
            ["html"] = text => WebUtility.HtmlEncode(text),
            ["html, decimal"] = text => string.Concat(text.EnumerateRunes().Select(rune => $"&#{rune.Value};")),
            ["html, hexadecimal"] = text => string.Concat(text.EnumerateRunes().Select(rune => $"&#x{rune.Value:X};")),
        };

    public static readonly IReadOnlyDictionary<string, Func<string, string>> Digits =
        new Dictionary<string, Func<string, string>>
        {
            ["hex"] = text => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text)),
            ["HEX"] = text => Convert.ToHexString(Encoding.UTF8.GetBytes(text)),
        };

    /// <summary>All of the text in Base64, and the part of that which holds nothing but the secret.</summary>
    public static (string Whole, string Inner) Base64(byte[] before, string secret, byte[] after, bool forUrls)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        var whole = Convert.ToBase64String([.. before, .. bytes, .. after]);
        whole = forUrls ? whole.TrimEnd('=').Replace('+', '-').Replace('/', '_') : whole;
        var start = (before.Length + 2) / 3 * 4;
        var end = (before.Length + bytes.Length) / 3 * 4;
        return (whole, whole[start..end]);
    }
}
