using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace Behalf.Broker;

/// <summary>Reads JSON that a model or a provider wrote. Both cut texts in the middle of an emoji now and then, and
/// repeat members; the platform's readers accept that at first and fail when the value is looked at, which is too late.
/// Here half a letter is the replacement character and the last of several members counts.</summary>
internal static class LenientJson
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    // \uXXXX
    private const int EscapeLength = 6;

    /// <exception cref="JsonException">It is not JSON at all.</exception>
    public static JsonNode? Parse(ReadOnlySpan<byte> json)
    {
        json = json.StartsWith(ByteOrderMark) ? json[ByteOrderMark.Length..] : json;
        var valid = Utf8.IsValid(json);
        if (valid && !json.Contains((byte)'\\'))
        {
            return ToNode(JsonElement.Parse(json));
        }

        var text = valid ? json.ToArray() : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(json));
        MendSurrogates(text);
        return ToNode(JsonElement.Parse(text));
    }

    private static JsonNode? ToNode(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var members = new JsonObject();
                foreach (var member in element.EnumerateObject())
                {
                    members[member.Name] = ToNode(member.Value);
                }

                return members;
            case JsonValueKind.Array:
                return new JsonArray([.. element.EnumerateArray().Select(ToNode)]);
            case JsonValueKind.Null:
                return null;
            default:
                return JsonValue.Create(element);
        }
    }

    /// <summary>Overwrites each escaped surrogate that has no partner (RFC 8259 §8.2).</summary>
    private static void MendSurrogates(Span<byte> json)
    {
        for (var at = 0; at < json.Length; at++)
        {
            var next = json[at..].IndexOf((byte)'\\');
            if (next < 0)
            {
                return;
            }

            at += next;
            if (CodeUnit(json[at..]) is not { } unit)
            {
                // Past the escaped character, which may be a backslash itself.
                at++;
                continue;
            }

            if (char.IsHighSurrogate(unit) && CodeUnit(json[Math.Min(at + EscapeLength, json.Length)..]) is { } low
                && char.IsLowSurrogate(low))
            {
                at += (2 * EscapeLength) - 1;
                continue;
            }

            if (char.IsSurrogate(unit))
            {
                "\\ufffd"u8.CopyTo(json[at..]);
            }

            at += EscapeLength - 1;
        }
    }

    private static char? CodeUnit(ReadOnlySpan<byte> escape) =>
        escape.StartsWith("\\u"u8) && escape.Length >= EscapeLength
        && ushort.TryParse(
            escape[2..EscapeLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            ? (char)unit
            : null;
}
