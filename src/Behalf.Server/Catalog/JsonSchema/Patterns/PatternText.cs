using System.Globalization;
using System.Text.RegularExpressions;

namespace Behalf.Catalog.JsonSchema;

/// <summary>The source of a pattern being read, by code points. After the first error it is at its end, so that whoever
/// reads it comes to one too.</summary>
internal sealed partial class PatternText(string source)
{
    private const char Nothing = '\0';

    private int _at;

    public string? Error { get; private set; }

    /// <summary>True for every pattern with a back reference, and for some others.</summary>
    public bool MayReferBack { get; } = BackReference().IsMatch(source);

    public bool IsAtEnd => _at >= source.Length;

    public char Peek => IsAtEnd ? Nothing : source[_at];

    public char PeekSecond => _at + 1 < source.Length ? source[_at + 1] : Nothing;

    public void Fail(string error)
    {
        Error ??= error;
        _at = source.Length;
    }

    public int Next()
    {
        if (IsAtEnd)
        {
            Fail("it ends too early");
            return Nothing;
        }

        var codePoint = char.ConvertToUtf32(source, _at);
        _at += codePoint > char.MaxValue ? 2 : 1;
        return codePoint;
    }

    public bool Eat(char c)
    {
        var isNext = !IsAtEnd && source[_at] == c;
        _at += isNext ? 1 : 0;
        return isNext;
    }

    public string? EatAny(params ReadOnlySpan<string> candidates)
    {
        foreach (var candidate in candidates)
        {
            if (string.CompareOrdinal(source, _at, candidate, 0, candidate.Length) == 0)
            {
                _at += candidate.Length;
                return candidate;
            }
        }

        return null;
    }

    public string Until(char end)
    {
        var stop = IsAtEnd ? -1 : source.IndexOf(end, _at);
        if (stop < 0)
        {
            Fail($"a {end} is missing");
            return "";
        }

        var text = source[_at..stop];
        _at = stop + 1;
        return text;
    }

    /// <summary>A decimal number, saturated.</summary>
    public int Digits()
    {
        long value = 0;
        for (; char.IsAsciiDigit(Peek); _at++)
        {
            value = Math.Min((value * 10) + (Peek - '0'), int.MaxValue);
        }

        return (int)value;
    }

    public bool TryHex(int digits, out int value)
    {
        value = 0;
        var isHex = _at + digits <= source.Length && int.TryParse(
            source.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
        _at += isHex ? digits : 0;
        return isHex;
    }

    /// <summary>The escape of the second half of a surrogate pair, if that is what comes.</summary>
    public char? TryLowHalf()
    {
        var start = _at;
        if (Eat('\\') && Eat('u') && TryHex(4, out var unit) && char.IsLowSurrogate((char)unit))
        {
            return (char)unit;
        }

        _at = start;
        return null;
    }

    /// <summary><c>{2}</c>, <c>{2,}</c> or <c>{2,5}</c>; a brace that opens none of these stands for itself.</summary>
    public string? TryRepetition()
    {
        var start = _at;
        if (!Eat('{') || !char.IsAsciiDigit(Peek))
        {
            _at = start;
            return null;
        }

        var least = Digits();
        var most = Eat(',') ? char.IsAsciiDigit(Peek) ? Digits() : (int?)null : least;
        if (!Eat('}'))
        {
            _at = start;
            return null;
        }

        if (least > most)
        {
            Fail("a repetition has more at least than at most");
        }

        return string.Create(CultureInfo.InvariantCulture, $"{{{least},{most}}}");
    }

    [GeneratedRegex(@"\\[1-9k]")]
    private static partial Regex BackReference();
}
