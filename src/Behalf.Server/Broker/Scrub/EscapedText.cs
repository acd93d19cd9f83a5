using System.Buffers.Binary;
using System.Text;

namespace Behalf.Broker.Scrub;

/// <summary>A way to write a character as several others.</summary>
internal enum Escaping
{
    /// <summary>RFC 8259 §7, and what programming languages add: <c>\u0041</c>, <c>\x41</c>, <c>\/</c>.</summary>
    Json,

    /// <summary>RFC 3986 §2.1.</summary>
    Percent,

    /// <summary>Character references of HTML and XML: <c>&amp;amp;</c>, <c>&amp;#43;</c>.</summary>
    Html,
}

/// <summary>One character of a text, read through its escapes: up to four bytes of UTF-8, and where the next begins.
/// None at the end of the text.</summary>
internal readonly record struct Unit(uint Bytes, int Length, int Next)
{
    public byte First => (byte)Bytes;

    public bool IsLineBreak => Length == 1 && First is (byte)'\r' or (byte)'\n';

    public bool Is(char c) => Length == 1 && First == c;

    public bool StartsOff(ReadOnlySpan<byte> bytes)
    {
        if (Length == 0 || bytes.Length < Length)
        {
            return false;
        }

        for (var i = 0; i < Length; i++)
        {
            if (bytes[i] != (byte)(Bytes >> (8 * i)))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>Reads a text that was escaped in one or more ways, one after the other, from any position on. What is no
/// escape reads as itself. Not a decoder of the whole: where a document begins, and so what is an escape in it and what
/// is not, nobody knows of an error page with a header in it.</summary>
/// <param name="text">As it came.</param>
/// <param name="layers">The escaping that was applied last comes first.</param>
internal readonly ref struct EscapedText(ReadOnlySpan<byte> text, ReadOnlySpan<Escaping> layers)
{
    private readonly ReadOnlySpan<byte> _text = text;
    private readonly ReadOnlySpan<Escaping> _layers = layers;

    public Unit Read(int at) => Read(at, _layers.Length);

    private Unit Read(int at, int depth)
    {
        if (depth == 0)
        {
            return at < _text.Length ? new(_text[at], 1, at + 1) : new(0, 0, at);
        }

        var read = Read(at, depth - 1);
        return _layers[depth - 1] switch
        {
            Escaping.Json when read.Is('\\') => ReadJson(read.Next, depth - 1) ?? read,
            Escaping.Percent when read.Is('%') => ReadByte(read.Next, depth - 1) ?? read,
            Escaping.Html when read.Is('&') => ReadHtml(read.Next, depth - 1) ?? read,
            _ => read,
        };
    }

    private Unit? ReadJson(int at, int depth)
    {
        var kind = Read(at, depth);
        return kind.Length != 1 ? null : (char)kind.First switch
        {
            '"' or '\\' or '/' or '\'' => kind,
            'b' => kind with { Bytes = '\b' },
            'f' => kind with { Bytes = '\f' },
            'n' => kind with { Bytes = '\n' },
            'r' => kind with { Bytes = '\r' },
            't' => kind with { Bytes = '\t' },
            'x' => ReadByte(kind.Next, depth),
            'u' => ReadUtf16(kind.Next, depth),
            _ => null,
        };
    }

    private Unit? ReadUtf16(int at, int depth)
    {
        if (!TryReadHex(at, 4, depth, out var first, out var next))
        {
            return null;
        }

        if (Rune.TryCreate(first, out var rune))
        {
            return Utf8(rune, next);
        }

        // RFC 8259 §7: beyond the basic plane it takes two.
        return Read(next, depth) is var slash && slash.Is('\\')
            && Read(slash.Next, depth) is var u && u.Is('u')
            && TryReadHex(u.Next, 4, depth, out var second, out next)
            && Rune.TryCreate((char)first, (char)second, out rune)
            ? Utf8(rune, next)
            : null;
    }

    private Unit? ReadByte(int at, int depth) =>
        TryReadHex(at, 2, depth, out var value, out var next) ? new((uint)value, 1, next) : null;

    private Unit? ReadHtml(int at, int depth)
    {
        // The longest that is meant to be read is &#x10FFFF; with a zero or two before the digits.
        Span<byte> name = stackalloc byte[10];
        for (var length = 0; length < name.Length; length++)
        {
            var read = Read(at, depth);
            if (read.Length != 1)
            {
                return null;
            }

            at = read.Next;
            if (read.Is(';'))
            {
                return HtmlCharacters.Find(name[..length]) is { } rune ? Utf8(rune, at) : null;
            }

            name[length] = read.First;
        }

        return null;
    }

    private bool TryReadHex(int at, int digits, int depth, out int value, out int next)
    {
        (value, next) = (0, at);
        for (var i = 0; i < digits; i++)
        {
            var read = Read(next, depth);
            if (read.Length != 1 || !char.IsAsciiHexDigit((char)read.First))
            {
                return false;
            }

            value = (value << 4) | (read.First <= '9' ? read.First - '0' : (read.First | 0x20) - 'a' + 10);
            next = read.Next;
        }

        return true;
    }

    private static Unit Utf8(Rune rune, int next)
    {
        Span<byte> bytes = stackalloc byte[4];
        var length = rune.EncodeToUtf8(bytes);
        return new(BinaryPrimitives.ReadUInt32LittleEndian(bytes), length, next);
    }
}
