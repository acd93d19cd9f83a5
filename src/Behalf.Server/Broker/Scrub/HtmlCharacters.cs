using System.Buffers.Text;
using System.Text;

namespace Behalf.Broker.Scrub;

/// <summary>The character references that encoders write.</summary>
internal static class HtmlCharacters
{
    /// <param name="name">Without <c>&amp;</c> and <c>;</c>.</param>
    public static Rune? Find(ReadOnlySpan<byte> name)
    {
        if (name is [(byte)'#', .. var number])
        {
            var hex = number is [(byte)'x' or (byte)'X', ..];
            var digits = hex ? number[1..] : number;
            return Utf8Parser.TryParse(digits, out int value, out var read, hex ? 'x' : 'D')
                && read == digits.Length
                && Rune.TryCreate(value, out var rune)
                ? rune
                : null;
        }

        return name switch
        {
            _ when name.SequenceEqual("amp"u8) => new Rune('&'),
            _ when name.SequenceEqual("lt"u8) => new Rune('<'),
            _ when name.SequenceEqual("gt"u8) => new Rune('>'),
            _ when name.SequenceEqual("quot"u8) => new Rune('"'),
            _ when name.SequenceEqual("apos"u8) => new Rune('\''),
            _ => null,
        };
    }
}
