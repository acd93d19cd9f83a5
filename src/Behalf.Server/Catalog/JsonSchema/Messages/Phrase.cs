using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary>A schema in a few words, for messages that say what to give instead.</summary>
internal static class Phrase
{
    private const int LongestDescription = 100;

    /// <summary>Alternatives of alternatives are not told in one sentence.</summary>
    private const int Deepest = 3;

    /// <summary>"a string", "one of "open", "closed"", "a string or null";
    /// null where the schema does not narrow it down.</summary>
    public static string? Of(SchemaNode node, int depth = 0)
    {
        if (depth > Deepest)
        {
            return null;
        }

        return node.Keywords.OfType<EnumKeyword>().FirstOrDefault()?.Phrase
            ?? node.Keywords.OfType<TypeKeyword>().FirstOrDefault()?.Phrase
            ?? node.Keywords.Select(keyword => keyword switch
            {
                RefKeyword reference => Of(reference.Target, depth + 1),
                AnyOfKeyword any => OfAlternatives(any.Alternatives, depth),
                OneOfKeyword one => OfAlternatives(one.Alternatives, depth),
                AllOfKeyword all => all.InPlace.Select(part => Of(part, depth + 1)).FirstOrDefault(IsSomething),
                _ => null,
            }).FirstOrDefault(IsSomething);
    }

    /// <summary>"give a string (Conversation ID, e.g. C0123456789)".</summary>
    public static string Give(SchemaNode? node)
    {
        if (node is null)
        {
            return "give a value";
        }

        var hint = Hint(node);
        return $"give {Of(node) ?? "a value"}{(hint.Length > 0 ? $" ({hint})" : "")}";
    }

    /// <summary>"a string or null"; null where one of them is not narrowed down.</summary>
    public static string? OfAlternatives(IReadOnlyList<SchemaNode> alternatives, int depth = 0)
    {
        var phrases = alternatives.Select(node => Of(node, depth + 1)).Distinct(StringComparer.Ordinal).ToList();
        return phrases.Contains(null) ? null : Display.List(phrases!, "or");
    }

    private static bool IsSomething(string? phrase) => phrase is not null;

    private static string Hint(SchemaNode node)
    {
        var description = Text(node, "description") ?? Text(node, "title") ?? "";
        description = Display.Cut(description.Split('\n')[0].Trim().TrimEnd('.'), LongestDescription);
        var example = description.Contains("e.g.", StringComparison.OrdinalIgnoreCase) ? null : Example(node);
        return string.Join(", ", new[] { description, example }.Where(part => !string.IsNullOrEmpty(part)));
    }

    private static string? Example(SchemaNode node)
    {
        if (Annotation(node, "examples") is { ValueKind: JsonValueKind.Array } examples && examples.GetArrayLength() > 0
            && examples[0].ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
        {
            return "e.g. " + Display.Cut(examples[0].ToString(), Display.Longest);
        }

        return Text(node, "format") is { } name && Format.Named(name) is { } format ? "e.g. " + format.Example : null;
    }

    private static string? Text(SchemaNode node, string keyword) =>
        Annotation(node, keyword) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>Of the schema itself or of the one it refers to.</summary>
    private static JsonElement? Annotation(SchemaNode node, string keyword)
    {
        for (var hops = 0; hops <= Deepest; hops++)
        {
            if (node.Source.ValueKind == JsonValueKind.Object && node.Source.TryGetProperty(keyword, out var value))
            {
                return value;
            }

            if (node.Keywords.OfType<RefKeyword>().FirstOrDefault() is not { } reference)
            {
                break;
            }

            node = reference.Target;
        }

        return null;
    }
}
