namespace Behalf.Catalog.JsonSchema;

/// <summary>What follows a backslash in a pattern, in a class or out of it.</summary>
internal sealed class EcmaEscapes(PatternText text)
{
    /// <summary>\d, \w, \s, \p{…} and their opposites; null, and nothing read, for anything else.</summary>
    public CodePointSet? TrySet()
    {
        var kind = text.EatAny("d", "D", "w", "W", "s", "S", "p", "P");
        var set = kind switch
        {
            "d" or "D" => CodePointSet.Digits,
            "w" or "W" => CodePointSet.WordCharacters,
            "s" or "S" => CodePointSet.WhiteSpace,
            "p" or "P" => Property(),
            _ => null,
        };
        return kind is "D" or "W" or "S" or "P" ? set!.Complement() : set;
    }

    /// <summary>A single character.</summary>
    public int CodePoint()
    {
        var c = text.Next();
        return c switch
        {
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\v',
            'c' when char.IsAsciiLetter(text.Peek) => text.Next() % 32,
            '0' when !char.IsAsciiDigit(text.Peek) => 0,
            'x' when text.TryHex(2, out var unit) => unit,
            'u' when text.Eat('{') => Braced(),
            'u' when text.TryHex(4, out var unit) => Paired(unit),
            < 128 when char.IsAsciiLetterOrDigit((char)c) => Unknown(c),
            _ => c,
        };
    }

    private int Unknown(int c)
    {
        text.Fail($"\\{(char)c} is no escape in ECMA-262");
        return 0;
    }

    private int Braced()
    {
        var digits = text.Until('}');
        if (digits.Length is 0 or > 8 || !digits.All(char.IsAsciiHexDigit)
            || Convert.ToInt64(digits, 16) is var value && value > 0x10FFFF)
        {
            text.Fail("\\u{…} names no code point");
            return 0;
        }

        return (int)value;
    }

    /// <summary>Two escapes may spell one code point.</summary>
    private int Paired(int unit) =>
        char.IsHighSurrogate((char)unit) && text.TryLowHalf() is { } low ? char.ConvertToUtf32((char)unit, low) : unit;

    private CodePointSet Property()
    {
        var name = text.Eat('{') ? text.Until('}') : "";
        if (UnicodeProperties.Named(name) is { } set)
        {
            return set;
        }

        name = Display.Cut(name, Display.Longest);
        text.Fail($"\\p{{{name}}} is not supported here; general categories such as \\p{{Letter}} are");
        return new CodePointSet();
    }
}
