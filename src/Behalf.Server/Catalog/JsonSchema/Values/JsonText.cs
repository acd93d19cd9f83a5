using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary>A string or a property's name as characters, in the caller's scratch space or a rented one:
/// no garbage.</summary>
internal readonly ref struct JsonText
{
    /// <summary>How many characters a caller lends from its stack.</summary>
    public const int Scratch = 256;

    private readonly char[]? _rented;

    private JsonText(ReadOnlySpan<char> chars, char[]? rented)
    {
        Chars = chars;
        _rented = rented;
    }

    public ReadOnlySpan<char> Chars { get; }

    public static JsonText Of(JsonElement text, Span<char> scratch)
    {
        var raw = JsonMarshal.GetRawUtf8Value(text);
        if (!raw.Contains((byte)'\\'))
        {
            return Transcode(raw[1..^1], scratch);
        }

        var rented = raw.Length > scratch.Length ? ArrayPool<char>.Shared.Rent(raw.Length) : null;
        var reader = new Utf8JsonReader(raw);
        reader.Read();
        var target = rented ?? scratch;
        return new JsonText(target[..reader.CopyString(target)], rented);
    }

    public static JsonText OfName(JsonProperty property, Span<char> scratch)
    {
        var raw = JsonMarshal.GetRawUtf8PropertyName(property);
        return raw.Contains((byte)'\\') ? new JsonText(property.Name, null) : Transcode(raw, scratch);
    }

    /// <summary>Code points, which is what minLength and maxLength count.</summary>
    public static long Length(JsonElement text)
    {
        var raw = JsonMarshal.GetRawUtf8Value(text);
        var quotes = 2;
        var continuations = 0;
        var escapes = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            continuations += (raw[i] & 0xC0) == 0x80 ? 1 : 0;
            if (raw[i] == '\\')
            {
                // \uXXXX is one; the low half of a pair adds nothing to the high half before it.
                var inEscape = raw[i + 1] != 'u' ? 1 : IsLowSurrogate(raw[(i + 2)..]) ? 6 : 5;
                escapes += inEscape;
                i += Math.Min(inEscape, 5);
            }
        }

        return raw.Length - quotes - continuations - escapes;
    }

    public void Dispose()
    {
        if (_rented is not null)
        {
            ArrayPool<char>.Shared.Return(_rented);
        }
    }

    private static bool IsLowSurrogate(ReadOnlySpan<byte> hex) =>
        hex[0] is (byte)'d' or (byte)'D' && hex[1] is >= (byte)'c' and <= (byte)'f' or >= (byte)'C' and <= (byte)'F';

    private static JsonText Transcode(ReadOnlySpan<byte> utf8, Span<char> scratch)
    {
        // UTF-8 never needs more UTF-16 units than it has bytes.
        var rented = utf8.Length > scratch.Length ? ArrayPool<char>.Shared.Rent(utf8.Length) : null;
        var target = rented ?? scratch;
        return new JsonText(target[..Encoding.UTF8.GetChars(utf8, target)], rented);
    }
}
