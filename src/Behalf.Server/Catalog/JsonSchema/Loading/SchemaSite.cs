using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary>A schema where it stands, while compiling.</summary>
internal sealed class SchemaSite(JsonElement schema, SchemaResource resource, string pointer)
{
    public JsonElement Schema => schema;

    public SchemaResource Resource => resource;

    /// <summary>From the document's root.</summary>
    public string Pointer => pointer;

    public string Place => resource.Document.Name + "#" + pointer;

    /// <summary>What it compiles to; one schema referred to from many places is one node.</summary>
    public SchemaNode? Node { get; set; }
}

/// <summary>One JSON document and all the schemas found in it so far, by pointer.</summary>
internal sealed class SchemaDocument(string name, JsonElement root)
{
    /// <summary>Its URI, or nothing for the document being compiled.</summary>
    public string Name => name;

    public JsonElement Root => root;

    public Dictionary<string, SchemaSite> Sites { get; } = new(StringComparer.Ordinal);
}

/// <summary>What an <c>$id</c> makes of a schema: the base of the references in it and the
/// owner of the anchors in it.</summary>
internal sealed class SchemaResource(string uri, SchemaDocument document, string pointer, Dialect dialect)
{
    public string Uri => uri;

    public UriReference Base { get; } = UriReference.Parse(uri);

    public SchemaDocument Document => document;

    public string Pointer => pointer;

    public Dialect Dialect => dialect;

    public Dictionary<string, SchemaSite> Anchors { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, SchemaSite> DynamicAnchors { get; } = new(StringComparer.Ordinal);

    /// <summary>The dynamic anchors that a <c>$dynamicRef</c> may ask for;
    /// what is left of the resource at run time.</summary>
    public Dictionary<string, SchemaNode> DynamicNodes { get; } = new(StringComparer.Ordinal);
}
