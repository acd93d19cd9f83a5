using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Behalf.Accounts.Connect.Pages;

/// <summary>A project's colour, and the colours that keep text and outlines readable with it (WCAG 2.2 §1.4.3, §1.4.11).</summary>
internal readonly record struct Accent(byte Red, byte Green, byte Blue)
{
    public static readonly Accent Default = new(0x0F, 0x76, 0x6E);

    private static readonly Accent White = new(0xFF, 0xFF, 0xFF);
    private static readonly Accent Black = new(0, 0, 0);

    /// <summary>Six hexadecimal digits in lower case: what stands in the style sheet and in its address.</summary>
    public string Digits => string.Create(CultureInfo.InvariantCulture, $"{Red:x2}{Green:x2}{Blue:x2}");

    /// <summary>Black or white, whichever reads better on this colour; the better one always has 4.5:1.</summary>
    public Accent Text => Contrast(White) >= Contrast(Black) ? White : Black;

    /// <summary><c>#rrggbb</c> as a project wrote it, or the default.</summary>
    public static Accent Of(string? colour) =>
        colour is ['#', .. var digits] && TryParse(digits, out var accent) ? accent : Default;

    public static bool TryParse([NotNullWhen(true)] string? digits, out Accent accent)
    {
        accent = default;
        if (digits is not { Length: 6 } || !digits.All(char.IsAsciiHexDigit))
        {
            return false;
        }

        var bytes = Convert.FromHexString(digits);
        accent = new Accent(bytes[0], bytes[1], bytes[2]);
        return true;
    }

    /// <summary>This colour as the fill of a button on <paramref name="surface"/>, or black or white where the two are so
    /// close that the button would look empty: a brand in navy keeps a button to press at night.</summary>
    public Accent FillOn(Accent surface)
    {
        const double discernible = 1.25;
        return Contrast(surface) >= discernible ? this : surface.Text;
    }

    /// <summary>This colour, or the nearest step towards black or white that an outline on <paramref name="surface"/>
    /// can be seen in: a pale yellow button keeps its yellow and gets a darker edge.</summary>
    public Accent LineOn(Accent surface)
    {
        const double visible = 3.0;
        var away = surface.Text;
        for (var step = 0; step < 20; step++)
        {
            var line = Mix(away, step / 20.0);
            if (line.Contrast(surface) >= visible)
            {
                return line;
            }
        }

        return away;
    }

    /// <summary>The contrast ratio of WCAG 2.2, between 1 and 21.</summary>
    public double Contrast(Accent other)
    {
        var (one, two) = (Luminance, other.Luminance);
        return (Math.Max(one, two) + 0.05) / (Math.Min(one, two) + 0.05);
    }

    private double Luminance => (0.2126 * Linear(Red)) + (0.7152 * Linear(Green)) + (0.0722 * Linear(Blue));

    private static double Linear(byte channel)
    {
        var value = channel / 255.0;
        return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
    }

    private Accent Mix(Accent other, double share) =>
        new(Mix(Red, other.Red, share), Mix(Green, other.Green, share), Mix(Blue, other.Blue, share));

    private static byte Mix(byte from, byte to, double share) => (byte)Math.Round(from + ((to - from) * share));
}
