namespace Behalf.Catalog.JsonSchema;

/// <summary>What to say about a field that is not known: which ones are.</summary>
internal static class KnownFields
{
    public static bool Reject(string field, string keyword, IEnumerable<PropertiesKeyword> around, Report report)
    {
        var keywords = around.ToList();
        var names = keywords.SelectMany(properties => properties.KnownNames).Distinct(StringComparer.Ordinal).ToList();
        var patterns = keywords.SelectMany(properties => properties.Patterns).Select(pattern => $"{pattern}").ToList();
        var known = (names, patterns) switch
        {
            ([], []) => "no fields are allowed here",
            (_, []) => $"known fields are {Display.List(names)}",
            ([], _) => $"known are names that match {Display.List(patterns, "or")}",
            _ => $"known fields are {Display.List(names)}; also names that match {Display.List(patterns, "or")}",
        };
        return report.AddAbout(field, keyword, $"is not a known field; {known}");
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
