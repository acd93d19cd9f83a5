namespace Behalf.Catalog.JsonSchema;

/// <summary>The drafts of JSON Schema that are understood. A schema's own <c>$schema</c> wins
/// over the one assumed.</summary>
internal enum SchemaDraft
{
    Draft7,
    Draft202012,
}
