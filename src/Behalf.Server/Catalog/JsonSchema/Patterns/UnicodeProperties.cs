using System.Globalization;
using Uc = System.Globalization.UnicodeCategory;

namespace Behalf.Catalog.JsonSchema;

/// <summary>What <c>\p{…}</c> may name: the general categories under all their names,
/// and the sets that need no table.</summary>
internal static class UnicodeProperties
{
    /// <summary>PropertyValueAliases.txt: short name, long name, further names;
    /// then the categories it is made of.</summary>
    private static readonly (string[] Names, Uc[] Parts)[] Categories =
    [
        (["Lu", "Uppercase_Letter"], [Uc.UppercaseLetter]),
        (["Ll", "Lowercase_Letter"], [Uc.LowercaseLetter]),
        (["Lt", "Titlecase_Letter"], [Uc.TitlecaseLetter]),
        (["LC", "Cased_Letter"], [Uc.UppercaseLetter, Uc.LowercaseLetter, Uc.TitlecaseLetter]),
        (["Lm", "Modifier_Letter"], [Uc.ModifierLetter]),
        (["Lo", "Other_Letter"], [Uc.OtherLetter]),
        (["L", "Letter"],
            [Uc.UppercaseLetter, Uc.LowercaseLetter, Uc.TitlecaseLetter, Uc.ModifierLetter, Uc.OtherLetter]),
        (["Mn", "Nonspacing_Mark"], [Uc.NonSpacingMark]),
        (["Mc", "Spacing_Mark"], [Uc.SpacingCombiningMark]),
        (["Me", "Enclosing_Mark"], [Uc.EnclosingMark]),
        (["M", "Mark", "Combining_Mark"], [Uc.NonSpacingMark, Uc.SpacingCombiningMark, Uc.EnclosingMark]),
        (["Nd", "Decimal_Number", "digit"], [Uc.DecimalDigitNumber]),
        (["Nl", "Letter_Number"], [Uc.LetterNumber]),
        (["No", "Other_Number"], [Uc.OtherNumber]),
        (["N", "Number"], [Uc.DecimalDigitNumber, Uc.LetterNumber, Uc.OtherNumber]),
        (["Pc", "Connector_Punctuation"], [Uc.ConnectorPunctuation]),
        (["Pd", "Dash_Punctuation"], [Uc.DashPunctuation]),
        (["Ps", "Open_Punctuation"], [Uc.OpenPunctuation]),
        (["Pe", "Close_Punctuation"], [Uc.ClosePunctuation]),
        (["Pi", "Initial_Punctuation"], [Uc.InitialQuotePunctuation]),
        (["Pf", "Final_Punctuation"], [Uc.FinalQuotePunctuation]),
        (["Po", "Other_Punctuation"], [Uc.OtherPunctuation]),
        (["P", "Punctuation", "punct"],
            [Uc.ConnectorPunctuation, Uc.DashPunctuation, Uc.OpenPunctuation, Uc.ClosePunctuation,
                Uc.InitialQuotePunctuation, Uc.FinalQuotePunctuation, Uc.OtherPunctuation]),
        (["Sm", "Math_Symbol"], [Uc.MathSymbol]),
        (["Sc", "Currency_Symbol"], [Uc.CurrencySymbol]),
        (["Sk", "Modifier_Symbol"], [Uc.ModifierSymbol]),
        (["So", "Other_Symbol"], [Uc.OtherSymbol]),
        (["S", "Symbol"], [Uc.MathSymbol, Uc.CurrencySymbol, Uc.ModifierSymbol, Uc.OtherSymbol]),
        (["Zs", "Space_Separator"], [Uc.SpaceSeparator]),
        (["Zl", "Line_Separator"], [Uc.LineSeparator]),
        (["Zp", "Paragraph_Separator"], [Uc.ParagraphSeparator]),
        (["Z", "Separator"], [Uc.SpaceSeparator, Uc.LineSeparator, Uc.ParagraphSeparator]),
        (["Cc", "Control", "cntrl"], [Uc.Control]),
        (["Cf", "Format"], [Uc.Format]),
        (["Cs", "Surrogate"], [Uc.Surrogate]),
        (["Co", "Private_Use"], [Uc.PrivateUse]),
        (["Cn", "Unassigned"], [Uc.OtherNotAssigned]),
        (["C", "Other"], [Uc.Control, Uc.Format, Uc.Surrogate, Uc.PrivateUse, Uc.OtherNotAssigned]),
    ];

    private static readonly Lazy<Dictionary<Uc, CodePointSet>> Members = new(Collect);

    /// <param name="name">What stands between the braces.</param>
    public static CodePointSet? Named(string name) => name switch
    {
        "Any" => new CodePointSet().Add(0, 0x10FFFF),
        "ASCII" => new CodePointSet().Add(0, 0x7F),
        "White_Space" or "space" => new CodePointSet().Add(Category("Z")!).Add('\t', '\r').Add(0x85, 0x85),
        _ when name.Split('=') is ["General_Category" or "gc", var category] => Category(category),
        _ => Category(name),
    };

    private static CodePointSet? Category(string name)
    {
        var parts = Categories.FirstOrDefault(category => category.Names.Contains(name)).Parts;
        return parts?.Aggregate(new CodePointSet(), (set, part) => set.Add(Members.Value[part]));
    }

    private static Dictionary<Uc, CodePointSet> Collect()
    {
        var members = Enum.GetValues<Uc>().ToDictionary(category => category, _ => new CodePointSet());
        var start = 0;
        for (var next = 1; next <= 0x110000; next++)
        {
            var category = CharUnicodeInfo.GetUnicodeCategory(start);
            if (next == 0x110000 || CharUnicodeInfo.GetUnicodeCategory(next) != category)
            {
                members[category].Add(start, next - 1);
                start = next;
            }
        }

        return members;
    }
}
