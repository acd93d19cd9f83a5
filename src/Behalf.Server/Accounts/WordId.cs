using System.Security.Cryptography;

namespace Behalf.Accounts;

/// <summary>A name that people can say to each other for an account that has no alias, such as <c>calm-amber-otter</c>. It
/// identifies nothing: the account's id does.</summary>
internal static class WordId
{
    private static readonly string[] Moods =
        ["calm", "bold", "brisk", "clear", "eager", "fair", "fresh", "glad", "keen", "kind", "light", "lucid", "merry", "neat", "quick", "quiet"];

    private static readonly string[] Colours =
        ["amber", "azure", "coral", "crimson", "emerald", "golden", "indigo", "ivory", "jade", "lilac", "olive", "pearl", "ruby", "sable", "silver", "teal"];

    private static readonly string[] Animals =
        ["badger", "crane", "dolphin", "falcon", "finch", "fox", "heron", "ibex", "lark", "lynx", "marten", "otter", "owl", "robin", "seal", "wren"];

    public static string New() => $"{Pick(Moods)}-{Pick(Colours)}-{Pick(Animals)}";

    private static string Pick(string[] words) => words[RandomNumberGenerator.GetInt32(words.Length)];
}
