using System.Globalization;
using System.Text;

namespace Behalf.Catalog.JsonSchema;

/// <summary>A set of code points, and how to write it for a regex engine that works on UTF-16 units.</summary>
internal sealed class CodePointSet
{
    private const int Last = 0x10FFFF;
    private const int FirstSurrogate = 0xD800;
    private const int LastSurrogate = 0xDFFF;
    private const int FirstLow = 0xDC00;
    private const int FirstAstral = 0x10000;

    private readonly List<(int From, int To)> _ranges = [];

    /// <summary>ECMA-262 CharacterClassEscape :: d, w and s.</summary>
    public static readonly CodePointSet Digits = new CodePointSet().Add('0', '9');

    public static readonly CodePointSet WordCharacters =
        new CodePointSet().Add('0', '9').Add('A', 'Z').Add('_', '_').Add('a', 'z');

    public static readonly CodePointSet WhiteSpace = new CodePointSet()
        .Add('\t', '\r').Add(' ', ' ').Add(0xA0, 0xA0).Add(0x1680, 0x1680).Add(0x2000, 0x200A).Add(0x2028, 0x2029)
        .Add(0x202F, 0x202F).Add(0x205F, 0x205F).Add(0x3000, 0x3000).Add(0xFEFF, 0xFEFF);

    /// <summary>What the dot does not match.</summary>
    public static readonly CodePointSet LineTerminators =
        new CodePointSet().Add('\n', '\n').Add('\r', '\r').Add(0x2028, 0x2029);

    public CodePointSet Add(int from, int to)
    {
        _ranges.Add((from, to));
        return this;
    }

    public CodePointSet Add(CodePointSet other)
    {
        _ranges.AddRange(other._ranges);
        return this;
    }

    public CodePointSet Complement()
    {
        var rest = new CodePointSet();
        var next = 0;
        foreach (var (from, to) in Merged())
        {
            if (from > next)
            {
                rest.Add(next, from - 1);
            }

            next = to + 1;
        }

        return next <= Last ? rest.Add(next, Last) : rest;
    }

    /// <summary>One atom for the units that stand alone, and further ones for surrogate pairs: "[a-z]",
    /// "|[\ud83d][\udc32]". Half a pair is in neither, since the text that patterns see has none.</summary>
    public (string Units, IReadOnlyList<string> Pairs) ToUtf16()
    {
        var units = new StringBuilder();
        var pairs = new List<string>();
        foreach (var (from, to) in Merged())
        {
            WriteRange(units, from, Math.Min(to, FirstSurrogate - 1));
            WriteRange(units, Math.Max(from, LastSurrogate + 1), Math.Min(to, FirstAstral - 1));
            AddPairs(pairs, Math.Max(from, FirstAstral), to);
        }

        // .NET has no empty class; the complement of everything is one.
        return (units.Length > 0 ? $"[{units}]" : @"[^\u0000-\uffff]", pairs);
    }

    private List<(int From, int To)> Merged()
    {
        var merged = new List<(int From, int To)>();
        foreach (var range in _ranges.Order())
        {
            if (merged.Count > 0 && range.From <= merged[^1].To + 1)
            {
                merged[^1] = (merged[^1].From, Math.Max(merged[^1].To, range.To));
            }
            else
            {
                merged.Add(range);
            }
        }

        return merged;
    }

    private static void WriteRange(StringBuilder pattern, int from, int to)
    {
        if (from <= to)
        {
            WriteUnit(pattern, from);
            if (from < to)
            {
                pattern.Append('-');
                WriteUnit(pattern, to);
            }
        }
    }

    /// <summary>All pairs from one code point to another, as at most three products of high and low halves.</summary>
    private static void AddPairs(List<string> pairs, int from, int to)
    {
        while (from <= to)
        {
            var (high, low) = Halves(from);
            var (lastHigh, lastLow) = Halves(to);
            (lastHigh, lastLow) = (low, lastLow) switch
            {
                _ when high == lastHigh => (high, lastLow),
                (FirstLow, LastSurrogate) => (lastHigh, LastSurrogate),
                (FirstLow, _) => (lastHigh - 1, LastSurrogate),
                _ => (high, LastSurrogate),
            };
            var pair = new StringBuilder("[");
            WriteRange(pair, high, lastHigh);
            pair.Append("][");
            WriteRange(pair, low, lastLow);
            pairs.Add(pair.Append(']').ToString());
            from = char.ConvertToUtf32((char)lastHigh, (char)lastLow) + 1;
        }
    }

    private static (int High, int Low) Halves(int astral)
    {
        var text = char.ConvertFromUtf32(astral);
        return (text[0], text[1]);
    }

    private static void WriteUnit(StringBuilder pattern, int unit) =>
        pattern.Append(CultureInfo.InvariantCulture, $"\\u{unit:x4}");
}
