using System.Collections.Immutable;
using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary>Schema documents by their URI: what a reference out of a schema may reach.
/// It never grows by itself.</summary>
internal sealed class SchemaRegistry
{
    private const string Draft202012 = "https://json-schema.org/draft/2020-12/";

    /// <summary>The metaschemas of both drafts, as their authors publish them.</summary>
    public static readonly SchemaRegistry Standard = new(ImmutableDictionary.CreateRange(
        StringComparer.Ordinal,
        [
            Embedded("http://json-schema.org/draft-07/schema", "draft-07.json"),
            Embedded(Draft202012 + "schema", "2020-12/schema.json"),
            .. new[]
            {
                "core", "applicator", "unevaluated", "validation", "meta-data", "format-annotation", "format-assertion",
                "content",
            }.Select(name => Embedded($"{Draft202012}meta/{name}", $"2020-12/{name}.json")),
        ]));

    private readonly ImmutableDictionary<string, Lazy<JsonElement>> _documents;

    private SchemaRegistry(ImmutableDictionary<string, Lazy<JsonElement>> documents) => _documents = documents;

    /// <param name="uri">Absolute and without a fragment.</param>
    public SchemaRegistry With(string uri, JsonElement schema)
    {
        var copy = schema.Clone();
        return new(_documents.SetItem(uri, new Lazy<JsonElement>(() => copy)));
    }

    public bool TryGet(string uri, out JsonElement schema)
    {
        var found = _documents.TryGetValue(uri, out var document);
        schema = found ? document!.Value : default;
        return found;
    }

    private static KeyValuePair<string, Lazy<JsonElement>> Embedded(string uri, string file) =>
        new(uri, new Lazy<JsonElement>(() =>
        {
            using var stream = typeof(SchemaRegistry).Assembly.GetManifestResourceStream("metaschemas/" + file)!;
            using var document = JsonDocument.Parse(stream);
            return document.RootElement.Clone();
        }));
}
