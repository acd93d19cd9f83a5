namespace Behalf.Tests.Catalog.JsonSchema;

/// <summary>Random regular expressions as ECMA-262 has them with the u flag. A back reference only leads to a group
/// that is not repeated: ECMA forgets what a group matched in the round before, .NET does not.</summary>
internal sealed class RandomPatterns(RandomJson json)
{
    private static readonly string[] Atoms =
    [
        "a", "b", "c", "1", "_", "é", "🐲", "𐐀", ".", "\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "\\p{L}", "\\P{L}",
        "\\p{Lu}", "\\p{gc=Nd}", "\\n", "\\t", "\\.", "\\u0061", "\\x61", "\\u{1F432}", "\\ud83d\\udc32", "\\cJ",
        "\\x00", "\\/", "-", " ", "\n",
    ];

    private static readonly string[] ClassParts =
    [
        "a", "b", "a-c", "0-9", "\\d", "\\w", "\\s", "\\S", "\\D", "\\p{L}", "\\-", "\\b", "🐲", "🐰-🐶",
        "\\u{10000}-\\u{10FFFF}", "é-ÿ", "^", "\\]", ".",
    ];

    private static readonly string[] Assertions = ["^", "$", "\\b", "\\B", "^", "$"];

    private static readonly string[] Quantifiers = ["*", "+", "?", "{2}", "{1,}", "{0,2}", "*?", "+?", "{1,2}?"];

    private static readonly string[] Letters =
        ["a", "b", "c", "A", "1", "_", "é", "🐲", "🐱", "𐐀", ".", "\n", "\t", " ", "-", "\u00a0", "٣", "\0"];

    public string Pattern() => json.OneIn(4)
        ? $"({Sequence(1)}){Sequence(1)}\\1(?:{Sequence(0)})"
        : json.OneIn(8) ? $"(?<n>{Sequence(1)})\\k<n>{Sequence(0)}" : Sequence(2);

    public string Text() => string.Concat(json.Many(6, () => json.Pick(Letters)));

    private string Sequence(int depth) => string.Concat(json.Many(3, () => Term(depth), least: 1));

    private string Term(int depth)
    {
        if (json.OneIn(6))
        {
            return json.Pick(Assertions);
        }

        var atom = json.Random.Next(depth > 0 ? 6 : 3) switch
        {
            0 or 1 => json.Pick(Atoms),
            2 => $"[{(json.OneIn(3) ? "^" : "")}a{string.Concat(json.Many(3, () => json.Pick(ClassParts)))}]",
            3 => $"(?:{Sequence(depth - 1)}|{Sequence(depth - 1)})",
            4 => $"(?:{Sequence(depth - 1)})",
            _ => $"({json.Pick<string>(["?=", "?!", "?<=", "?<!"])}{Sequence(depth - 1)})",
        };
        var isLookaround = atom is ['(', '?', not ':', ..];
        return !isLookaround && json.OneIn(3) ? atom + json.Pick(Quantifiers) : atom;
    }
}
