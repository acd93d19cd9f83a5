using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary>How the keywords of one schema resource are understood.</summary>
internal sealed record Dialect
{
    private const string Vocabulary = "https://json-schema.org/draft/2020-12/vocab/";

    public required SchemaDraft Draft { get; init; }

    /// <summary>False where a custom metaschema left the validation vocabulary out.</summary>
    public bool Validates { get; init; } = true;

    public bool AssertsFormats { get; init; }

    public bool IsDraft7 => Draft == SchemaDraft.Draft7;

    public static Dialect Of(SchemaDraft draft, SchemaOptions options) =>
        new() { Draft = draft, AssertsFormats = options.AssertFormats };

    /// <summary>The dialect that <c>$schema</c> names: a draft,
    /// or a metaschema of the registry that extends one.</summary>
    public static Dialect Named(string uri, SchemaOptions options, string place)
    {
        if (DraftOf(uri) is { } draft)
        {
            return Of(draft, options);
        }

        if (options.Registry.TryGet(uri.TrimEnd('#'), out var metaschema)
            && metaschema.ValueKind == JsonValueKind.Object
            && metaschema.TryGetProperty("$schema", out var extended)
            && extended.ValueKind == JsonValueKind.String
            && DraftOf(extended.GetString()!) is { } known)
        {
            return WithVocabulary(Of(known, options), metaschema);
        }

        throw new MalformedSchemaException(
            place, $"{Display.Quote(uri)} is not a draft that is understood here; use draft-07 or 2020-12");
    }

    /// <summary>Draft 6 is read as draft 7, of which it is a part.</summary>
    private static SchemaDraft? DraftOf(string uri) => uri.TrimEnd('#') switch
    {
        "https://json-schema.org/draft/2020-12/schema" => SchemaDraft.Draft202012,
        "http://json-schema.org/draft-07/schema" or "https://json-schema.org/draft-07/schema" => SchemaDraft.Draft7,
        "http://json-schema.org/draft-06/schema" => SchemaDraft.Draft7,
        _ => null,
    };

    /// <summary>2020-12 core §8.1.2; draft 7 has no vocabularies.</summary>
    private static Dialect WithVocabulary(Dialect dialect, JsonElement metaschema) =>
        !dialect.IsDraft7
        && metaschema.TryGetProperty("$vocabulary", out var uses) && uses.ValueKind == JsonValueKind.Object
            ? dialect with
            {
                Validates = uses.TryGetProperty(Vocabulary + "validation", out _),
                AssertsFormats = dialect.AssertsFormats || uses.TryGetProperty(Vocabulary + "format-assertion", out _),
            }
            : dialect;
}
