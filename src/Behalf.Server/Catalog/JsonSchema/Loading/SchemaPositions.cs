using System.Collections.Frozen;

namespace Behalf.Catalog.JsonSchema;

/// <summary>Under which keywords schemas stand; anything that looks like a schema elsewhere is data.</summary>
internal static class SchemaPositions
{
    private static readonly FrozenDictionary<string, Shape> Draft7 = Table(
        ["additionalItems", "additionalProperties", "allOf", "anyOf", "contains", "else", "if", "items", "not", "oneOf",
            "propertyNames", "then"],
        ["definitions", "dependencies", "patternProperties", "properties"]);

    /// <summary>With <c>definitions</c> and <c>dependencies</c>,
    /// which 2020-12 renamed and its metaschema still knows.</summary>
    private static readonly FrozenDictionary<string, Shape> Draft202012 = Table(
        ["additionalProperties", "allOf", "anyOf", "contains", "else", "if", "items", "not", "oneOf", "prefixItems",
            "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties"],
        ["$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"]);

    internal enum Shape
    {
        NoSchema,

        /// <summary>A schema, or an array of them.</summary>
        Direct,

        /// <summary>An object whose values are schemas.</summary>
        Named,
    }

    public static Shape Of(string keyword, Dialect dialect) =>
        (dialect.IsDraft7 ? Draft7 : Draft202012).GetValueOrDefault(keyword);

    private static FrozenDictionary<string, Shape> Table(string[] direct, string[] named) =>
        direct.Select(k => KeyValuePair.Create(k, Shape.Direct))
            .Concat(named.Select(k => KeyValuePair.Create(k, Shape.Named)))
            .ToFrozenDictionary(StringComparer.Ordinal);
}
