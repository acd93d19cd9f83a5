using System.Globalization;

namespace Behalf.Catalog.JsonSchema;

/// <summary>What <c>\p{…}</c> may name: the general categories under all their names, and the sets that need no table.</summary>
internal static class UnicodeProperties
{
    /// <summary>PropertyValueAliases.txt: short name, long name, further names; then the categories it is made of.</summary>
    private static readonly (string[] Names, UnicodeCategory[] Parts)[] Categories =
    [
        (["Lu", "Uppercase_Letter"], [UnicodeCategory.UppercaseLetter]),
        (["Ll", "Lowercase_Letter"], [UnicodeCategory.LowercaseLetter]),
        (["Lt", "Titlecase_Letter"], [UnicodeCategory.TitlecaseLetter]),
        (["LC", "Cased_Letter"], [UnicodeCategory.UppercaseLetter, UnicodeCategory.LowercaseLetter, UnicodeCategory.TitlecaseLetter]),
        (["Lm", "Modifier_Letter"], [UnicodeCategory.ModifierLetter]),
        (["Lo", "Other_Letter"], [UnicodeCategory.OtherLetter]),
        (["L", "Letter"], [UnicodeCategory.UppercaseLetter, UnicodeCategory.LowercaseLetter, UnicodeCategory.TitlecaseLetter,
            UnicodeCategory.ModifierLetter, UnicodeCategory.OtherLetter]),
        (["Mn", "Nonspacing_Mark"], [UnicodeCategory.NonSpacingMark]),
        (["Mc", "Spacing_Mark"], [UnicodeCategory.SpacingCombiningMark]),
        (["Me", "Enclosing_Mark"], [UnicodeCategory.EnclosingMark]),
        (["M", "Mark", "Combining_Mark"], [UnicodeCategory.NonSpacingMark, UnicodeCategory.SpacingCombiningMark, UnicodeCategory.EnclosingMark]),
        (["Nd", "Decimal_Number", "digit"], [UnicodeCategory.DecimalDigitNumber]),
        (["Nl", "Letter_Number"], [UnicodeCategory.LetterNumber]),
        (["No", "Other_Number"], [UnicodeCategory.OtherNumber]),
        (["N", "Number"], [UnicodeCategory.DecimalDigitNumber, UnicodeCategory.LetterNumber, UnicodeCategory.OtherNumber]),
        (["Pc", "Connector_Punctuation"], [UnicodeCategory.ConnectorPunctuation]),
        (["Pd", "Dash_Punctuation"], [UnicodeCategory.DashPunctuation]),
        (["Ps", "Open_Punctuation"], [UnicodeCategory.OpenPunctuation]),
        (["Pe", "Close_Punctuation"], [UnicodeCategory.ClosePunctuation]),
        (["Pi", "Initial_Punctuation"], [UnicodeCategory.InitialQuotePunctuation]),
        (["Pf", "Final_Punctuation"], [UnicodeCategory.FinalQuotePunctuation]),
        (["Po", "Other_Punctuation"], [UnicodeCategory.OtherPunctuation]),
        (["P", "Punctuation", "punct"], [UnicodeCategory.ConnectorPunctuation, UnicodeCategory.DashPunctuation,
            UnicodeCategory.OpenPunctuation, UnicodeCategory.ClosePunctuation, UnicodeCategory.InitialQuotePunctuation,
            UnicodeCategory.FinalQuotePunctuation, UnicodeCategory.OtherPunctuation]),
        (["Sm", "Math_Symbol"], [UnicodeCategory.MathSymbol]),
        (["Sc", "Currency_Symbol"], [UnicodeCategory.CurrencySymbol]),
        (["Sk", "Modifier_Symbol"], [UnicodeCategory.ModifierSymbol]),
        (["So", "Other_Symbol"], [UnicodeCategory.OtherSymbol]),
        (["S", "Symbol"], [UnicodeCategory.MathSymbol, UnicodeCategory.CurrencySymbol, UnicodeCategory.ModifierSymbol,
            UnicodeCategory.OtherSymbol]),
        (["Zs", "Space_Separator"], [UnicodeCategory.SpaceSeparator]),
        (["Zl", "Line_Separator"], [UnicodeCategory.LineSeparator]),
        (["Zp", "Paragraph_Separator"], [UnicodeCategory.ParagraphSeparator]),
        (["Z", "Separator"], [UnicodeCategory.SpaceSeparator, UnicodeCategory.LineSeparator, UnicodeCategory.ParagraphSeparator]),
        (["Cc", "Control", "cntrl"], [UnicodeCategory.Control]),
        (["Cf", "Format"], [UnicodeCategory.Format]),
        (["Co", "Private_Use"], [UnicodeCategory.PrivateUse]),
        (["Cn", "Unassigned"], [UnicodeCategory.OtherNotAssigned]),
        (["C", "Other"], [UnicodeCategory.Control, UnicodeCategory.Format, UnicodeCategory.Surrogate, UnicodeCategory.PrivateUse,
            UnicodeCategory.OtherNotAssigned]),
    ];

    private static readonly Lazy<Dictionary<UnicodeCategory, CodePointSet>> Members = new(Collect);

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

    private static Dictionary<UnicodeCategory, CodePointSet> Collect()
    {
        var members = Enum.GetValues<UnicodeCategory>().ToDictionary(category => category, _ => new CodePointSet());
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
