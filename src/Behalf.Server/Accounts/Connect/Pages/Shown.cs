using System.Globalization;
using System.Text;

namespace Behalf.Accounts.Connect.Pages;

/// <summary>How a string that somebody else chose looks on our page: one line, in its place, of bounded length.</summary>
internal static class Shown
{
    private const int LongestName = 64;
    private const int LongestId = 36;
    private const string Ellipsis = "…";

    /// <summary>A name or title, cut at its end.</summary>
    public static string Name(string text)
    {
        var whole = new StringInfo(Line(text));
        return whole.LengthInTextElements <= LongestName
            ? whole.String
            : whole.SubstringByTextElements(0, LongestName - 1).TrimEnd() + Ellipsis;
    }

    /// <summary>An id, cut in its middle: people tell ids apart by their beginning and their end.</summary>
    public static string Id(string text)
    {
        var whole = new StringInfo(Line(text));
        var length = whole.LengthInTextElements;
        if (length <= LongestId)
        {
            return whole.String;
        }

        const int head = LongestId * 2 / 3;
        const int tail = LongestId - head - 1;
        return whole.SubstringByTextElements(0, head) + Ellipsis + whole.SubstringByTextElements(length - tail);
    }

    /// <summary>The letter that stands in for a missing logo.</summary>
    public static string Initial(string name) =>
        name.Length == 0 ? "?" : StringInfo.GetNextTextElement(name).ToUpperInvariant();

    /// <summary>One line without the characters that reorder or hide their neighbours: an app called
    /// <c>"\u202Etibbar"</c> must not be able to turn our sentence round (Unicode TR 36 §2.5).</summary>
    public static string Line(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune) || Rune.IsControl(rune))
            {
                if (line.Length > 0 && line[^1] != ' ')
                {
                    line.Append(' ');
                }
            }
            else if (!Reorders(rune))
            {
                line.Append(rune);
            }
        }

        return line.ToString().TrimEnd();
    }

    private static bool Reorders(Rune rune) =>
        rune.Value is 0x061C or 0x200B or 0x200E or 0x200F or 0xFEFF or (>= 0x202A and <= 0x202E) or (>= 0x2060 and <= 0x206F);
}
