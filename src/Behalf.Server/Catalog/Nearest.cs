namespace Behalf.Catalog;

/// <summary>Finds the names somebody may have meant.</summary>
internal static class Nearest
{
    /// <summary>Names that differ in at most a third of their letters, or contain what was asked for, closest
    /// first.</summary>
    public static IReadOnlyList<string> Of(string asked, IEnumerable<string> names, int count) =>
    [
        .. (from name in names
            let distance = name.Contains(asked, StringComparison.OrdinalIgnoreCase) ? 1 : Distance(asked, name)
            where distance <= Math.Max(2, name.Length / 3)
            orderby distance, name
            select name).Take(count),
    ];

    /// <summary>Levenshtein's, case aside.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]);
                (diagonal, row[j]) = (row[j], Math.Min(diagonal + (same ? 0 : 1), Math.Min(row[j], row[j - 1]) + 1));
            }
        }

        return row[^1];
    }
}
