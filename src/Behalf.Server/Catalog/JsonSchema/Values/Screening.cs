using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;

namespace Behalf.Catalog.JsonSchema;

/// <summary>What a JSON value must be before anything recurses into it or reads its strings:
/// flat enough and real text.</summary>
internal static class Screening
{
    private static readonly SearchValues<byte> Structure = SearchValues.Create("{}[]\""u8);

    /// <summary>Why the value is refused, or null.</summary>
    public static string? Refusal(JsonElement value, int deepest)
    {
        var json = JsonMarshal.GetRawUtf8Value(value);
        if (json.Length > 2 * deepest && IsDeeper(json, deepest))
        {
            return $"is nested deeper than {deepest} levels";
        }

        // RFC 7493 §2.1. .NET throws on reading such a string, here and in every layer behind us.
        return Utf8.IsValid(json) && !HasLoneSurrogate(json) ? null : "holds text that is not valid Unicode";
    }

    private static bool IsDeeper(ReadOnlySpan<byte> json, int deepest)
    {
        var depth = 0;
        while (json.IndexOfAny(Structure) is var next and >= 0)
        {
            var mark = json[next];
            json = json[(next + 1)..];
            switch (mark)
            {
                case (byte)'"':
                    json = AfterString(json);
                    break;
                case (byte)'{' or (byte)'[':
                    if (++depth > deepest)
                    {
                        return true;
                    }

                    break;
                default:
                    depth--;
                    break;
            }
        }

        return false;
    }

    private static ReadOnlySpan<byte> AfterString(ReadOnlySpan<byte> json)
    {
        while (json.IndexOfAny((byte)'"', (byte)'\\') is var next and >= 0)
        {
            if (json[next] == '"')
            {
                return json[(next + 1)..];
            }

            json = json[(next + 2)..];
        }

        return [];
    }

    private static bool HasLoneSurrogate(ReadOnlySpan<byte> json)
    {
        var afterHigh = false;
        while (json.IndexOf((byte)'\\') is var next and >= 0)
        {
            if (afterHigh && next > 0)
            {
                return true;
            }

            if (json[next + 1] != 'u')
            {
                if (afterHigh)
                {
                    return true;
                }

                json = json[(next + 2)..];
                continue;
            }

            var unit = HexUnit(json.Slice(next + 2, 4));
            if (char.IsLowSurrogate(unit) != afterHigh)
            {
                return true;
            }

            afterHigh = char.IsHighSurrogate(unit);
            json = json[(next + 6)..];
        }

        return afterHigh;
    }

    private static char HexUnit(ReadOnlySpan<byte> hex) =>
        (char)ushort.Parse(hex, NumberStyles.AllowHexSpecifier, provider: null);
}
