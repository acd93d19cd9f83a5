using System.Globalization;
using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary>RFC 6901, as far as finding schemas by it needs.</summary>
internal static class JsonPointer
{
    public static IEnumerable<string> Tokens(string pointer) =>
        pointer.Split('/').Skip(1).Select(Unescape);

    public static string Append(string pointer, string token) =>
        $"{pointer}/{token.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    public static string Append(string pointer, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{pointer}/{index}");

    public static bool TryStep(JsonElement from, string token, out JsonElement to)
    {
        to = default;
        return from.ValueKind switch
        {
            JsonValueKind.Object => from.TryGetProperty(token, out to),
            JsonValueKind.Array => TryIndex(from, token, out to),
            _ => false,
        };
    }

    private static string Unescape(string token) =>
        token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);

    private static bool TryIndex(JsonElement array, string token, out JsonElement item)
    {
        // §4: no leading zeros.
        var found = (token is "0" || !token.StartsWith('0'))
            & int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            && index < array.GetArrayLength();
        item = found ? array[index] : default;
        return found;
    }
}
