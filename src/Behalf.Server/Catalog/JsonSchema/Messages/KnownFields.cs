namespace Behalf.Catalog.JsonSchema;

/// <summary>What to say about a field that is not known: which ones are.</summary>
internal static class KnownFields
{
    public static bool Reject(string field, string keyword, IEnumerable<PropertiesKeyword> known, Report report)
    {
        var keywords = known.ToList();
        var names = keywords.SelectMany(properties => properties.KnownNames).Distinct(StringComparer.Ordinal).ToList();
        var patterns = keywords.SelectMany(properties => properties.Patterns).Select(pattern => pattern.ToString()).ToList();
        var fields = names.Count > 0 ? $"; known fields are {Display.List(names)}" : "";
        var forms = patterns.Count > 0 ? $"; {(names.Count > 0 ? "also" : "known are")} names that match {Display.List(patterns, "or")}" : "";
        var none = names.Count + patterns.Count == 0 ? "; no fields are allowed here" : "";
        return report.AddAbout(field, keyword, $"is not a known field{fields}{forms}{none}");
    }

    /// <summary>The properties of a schema and of all that it applies in place.</summary>
    public static IEnumerable<PropertiesKeyword> Around(SchemaNode node)
    {
        var seen = new HashSet<SchemaNode> { node };
        var waiting = new Queue<SchemaNode>(seen);
        while (waiting.TryDequeue(out var next))
        {
            foreach (var properties in next.Keywords.OfType<PropertiesKeyword>())
            {
                yield return properties;
            }

            foreach (var inner in next.Keywords.SelectMany(keyword => keyword.InPlace).Where(seen.Add))
            {
                waiting.Enqueue(inner);
            }
        }
    }
}
