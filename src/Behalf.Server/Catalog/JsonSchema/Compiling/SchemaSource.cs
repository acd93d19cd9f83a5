using System.Runtime.InteropServices;
using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary>A schema being compiled, as its keywords read it: typed, and with a place for every complaint.</summary>
internal sealed class SchemaSource(SchemaSite site, SchemaCompiler compiler)
{
    public SchemaNode Node => site.Node!;

    public Dialect Dialect => site.Resource.Dialect;

    public bool TryGet(string keyword, out JsonElement value) => site.Schema.TryGetProperty(keyword, out value);

    public bool Has(string keyword) => TryGet(keyword, out _);

    public MalformedSchemaException Malformed(string keyword, string reason) =>
        new(JsonPointer.Append(site.Place, keyword), reason);

    public string? Text(string keyword)
    {
        if (!TryGet(keyword, out var value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : throw Malformed(keyword, "must be a string");
    }

    public bool Flag(string keyword) =>
        TryGet(keyword, out var value)
        && (value.ValueKind is JsonValueKind.True
            || (value.ValueKind is JsonValueKind.False ? false : throw Malformed(keyword, "must be true or false")));

    /// <summary>A number that counts something: whole and not negative, as 2.0 is.</summary>
    public long? Count(string keyword)
    {
        if (!TryGet(keyword, out var value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && JsonNumber.Of(value).TryGetCount(out var count)
            ? count
            : throw Malformed(keyword, "must be a whole number that is not negative");
    }

    /// <summary>The number as written.</summary>
    public byte[]? Number(string keyword)
    {
        if (!TryGet(keyword, out var value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number
            ? JsonMarshal.GetRawUtf8Value(value).ToArray()
            : throw Malformed(keyword, "must be a number");
    }

    public JsonElement? Array(string keyword)
    {
        if (!TryGet(keyword, out var value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Array ? value : throw Malformed(keyword, "must be an array");
    }

    public JsonElement? Object(string keyword)
    {
        if (!TryGet(keyword, out var value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Object ? value : throw Malformed(keyword, "must be an object");
    }

    public string[] Names(JsonElement value, string keyword)
    {
        if (value.ValueKind != JsonValueKind.Array
            || value.EnumerateArray().Any(name => name.ValueKind != JsonValueKind.String))
        {
            throw Malformed(keyword, "must be an array of strings");
        }

        return [.. value.EnumerateArray().Select(name => name.GetString()!).Distinct(StringComparer.Ordinal)];
    }

    public SchemaNode? Schema(string keyword) =>
        Has(keyword) ? compiler.NodeAt(site, JsonPointer.Append(site.Pointer, keyword)) : null;

    public SchemaNode[]? Schemas(string keyword)
    {
        if (Array(keyword) is not { } schemas)
        {
            return null;
        }

        var pointer = JsonPointer.Append(site.Pointer, keyword);
        var indices = Enumerable.Range(0, schemas.GetArrayLength());
        return schemas.GetArrayLength() > 0
            ? [.. indices.Select(index => compiler.NodeAt(site, JsonPointer.Append(pointer, index)))]
            : throw Malformed(keyword, "must have at least one schema");
    }

    public IReadOnlyList<KeyValuePair<string, SchemaNode>> NamedSchemas(string keyword)
    {
        if (Object(keyword) is not { } named)
        {
            return [];
        }

        var names = named.EnumerateObject().Select(property => property.Name).Distinct(StringComparer.Ordinal);
        return [.. names.Select(name => KeyValuePair.Create(name, NamedSchema(keyword, name)))];
    }

    public SchemaNode NamedSchema(string keyword, string name) =>
        compiler.NodeAt(site, JsonPointer.Append(JsonPointer.Append(site.Pointer, keyword), name));

    public SchemaNode Referred(string reference) => compiler.Referred(site, reference, out _);

    public DynamicRefKeyword DynamicallyReferred(string reference) => compiler.DynamicallyReferred(site, reference);

    public TextPattern Pattern(string pattern, string keyword) =>
        TextPattern.TryCompile(pattern, out var compiled, out var error)
            ? compiled
            : throw Malformed(keyword, $"{Display.Quote(pattern)} is not a regular expression: {error}");
}
