using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary>Finds the schemas, resources and anchors of documents, and what a reference points to among them.</summary>
internal sealed class SchemaLoader(SchemaOptions options)
{
    /// <summary>The base of a document without an <c>$id</c>; a name that can never resolve (RFC 6761 §6.4).</summary>
    private const string NoBase = "https://schema.invalid/";

    private readonly Dictionary<string, SchemaResource> _resources = new(StringComparer.Ordinal);

    public IEnumerable<SchemaResource> Resources => _resources.Values;

    public SchemaSite LoadMain(JsonElement schema) => Load(NoBase, new SchemaDocument("", schema));

    public SchemaSite Resolve(string reference, SchemaSite from)
    {
        var parsed = UriReference.Parse(reference);
        var resource = parsed is { Scheme: null, Authority: null, Path: "", Query: null }
            ? from.Resource
            : Find(parsed.ResolveAgainst(from.Resource.Base).WithoutFragment())
                ?? throw new MalformedSchemaException(
                    from.Place,
                    $"{Display.Quote(reference)} refers to a schema that is not known here; nothing is fetched");
        var fragment = Uri.UnescapeDataString(parsed.Fragment ?? "");
        if (fragment.Length == 0 || fragment[0] == '/')
        {
            return SiteAt(resource, fragment, reference, from);
        }

        return resource.Anchors.GetValueOrDefault(fragment)
            ?? throw new MalformedSchemaException(
                from.Place, $"{Display.Quote(reference)} names an anchor that does not exist");
    }

    private SchemaResource? Find(string uri)
    {
        if (_resources.TryGetValue(uri, out var resource))
        {
            return resource;
        }

        return options.Registry.TryGet(uri, out var schema)
            ? Load(uri, new SchemaDocument(uri, schema)).Resource
            : null;
    }

    private SchemaSite Load(string uri, SchemaDocument document)
    {
        if (Screening.Refusal(document.Root, CompiledSchema.DeepestSchema) is { } refusal)
        {
            throw new MalformedSchemaException(document.Name + "#", "the schema " + refusal);
        }

        var retrieved = new SchemaResource(uri, document, "", DialectOf(document.Root, document.Name + "#")
            ?? Dialect.Of(options.Fallback, options));
        Index(document.Root, "", retrieved);
        if (!document.Sites.TryGetValue("", out var root))
        {
            throw new MalformedSchemaException(document.Name + "#", "a schema is an object or a boolean");
        }

        _resources[uri] = root.Resource;
        return root;
    }

    /// <summary>A pointer may lead under a keyword nobody knows:
    /// what stands there is a schema because it is referred to.</summary>
    private SchemaSite SiteAt(SchemaResource resource, string fragment, string reference, SchemaSite from)
    {
        var document = resource.Document;
        var tokens = JsonPointer.Tokens(resource.Pointer + fragment).ToList();
        if (document.Sites.TryGetValue(tokens.Aggregate("", JsonPointer.Append), out var site))
        {
            return site;
        }

        var (element, pointer, owner) = (document.Root, "", resource);
        foreach (var token in tokens)
        {
            if (!JsonPointer.TryStep(element, token, out element))
            {
                throw new MalformedSchemaException(from.Place, $"{Display.Quote(reference)} points to nothing");
            }

            pointer = JsonPointer.Append(pointer, token);
            owner = document.Sites.TryGetValue(pointer, out var passed) ? passed.Resource : owner;
        }

        Index(element, pointer, owner);
        return document.Sites.GetValueOrDefault(pointer)
            ?? throw new MalformedSchemaException(
                from.Place, $"{Display.Quote(reference)} points to something that is not a schema");
    }

    private void Index(JsonElement schema, string pointer, SchemaResource enclosing)
    {
        if (schema.ValueKind is not (JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False)
            || enclosing.Document.Sites.ContainsKey(pointer))
        {
            return;
        }

        // Draft 7 core §8.3: beside $ref nothing counts, not even $id.
        var isPlain = schema.ValueKind != JsonValueKind.Object
            || (enclosing.Dialect.IsDraft7 && schema.TryGetProperty("$ref", out _));
        var resource = isPlain ? enclosing : ResourceOf(schema, pointer, enclosing);
        var site = new SchemaSite(schema, resource, pointer);
        resource.Document.Sites.Add(pointer, site);
        if (!isPlain)
        {
            AddAnchors(site);
            IndexBelow(site);
        }
    }

    private void IndexBelow(SchemaSite site)
    {
        foreach (var keyword in site.Schema.EnumerateObject())
        {
            var shape = SchemaPositions.Of(keyword.Name, site.Resource.Dialect);
            if (shape == SchemaPositions.Shape.NoSchema)
            {
                continue;
            }

            var pointer = JsonPointer.Append(site.Pointer, keyword.Name);
            if (keyword.Value.ValueKind == JsonValueKind.Array)
            {
                var index = 0;
                foreach (var item in keyword.Value.EnumerateArray())
                {
                    Index(item, JsonPointer.Append(pointer, index++), site.Resource);
                }
            }
            else if (shape == SchemaPositions.Shape.Direct)
            {
                Index(keyword.Value, pointer, site.Resource);
            }
            else if (keyword.Value.ValueKind == JsonValueKind.Object)
            {
                foreach (var named in keyword.Value.EnumerateObject())
                {
                    Index(named.Value, JsonPointer.Append(pointer, named.Name), site.Resource);
                }
            }
        }
    }

    private SchemaResource ResourceOf(JsonElement schema, string pointer, SchemaResource enclosing)
    {
        var place = enclosing.Document.Name + "#" + pointer;
        var id = UriReference.Parse(Text(schema, "$id", place) ?? "");
        if (!enclosing.Dialect.IsDraft7 && id.Fragment is { Length: > 0 })
        {
            throw new MalformedSchemaException(place + "/$id", "an $id has no fragment; use $anchor");
        }

        if (id is { Scheme: null, Authority: null, Path: "", Query: null })
        {
            return enclosing;
        }

        var uri = id.ResolveAgainst(enclosing.Base).WithoutFragment();
        var dialect = DialectOf(schema, place) ?? enclosing.Dialect;
        var resource = new SchemaResource(uri, enclosing.Document, pointer, dialect);
        if (!_resources.TryAdd(uri, resource) && _resources[uri].Document == enclosing.Document)
        {
            throw new MalformedSchemaException(place + "/$id", $"{Display.Quote(uri)} is used twice");
        }

        return resource;
    }

    private Dialect? DialectOf(JsonElement schema, string place) =>
        schema.ValueKind == JsonValueKind.Object && Text(schema, "$schema", place) is { } uri
            ? Dialect.Named(uri, options, place + "/$schema")
            : null;

    private static void AddAnchors(SchemaSite site)
    {
        if (site.Resource.Dialect.IsDraft7)
        {
            // Draft 7 core §8.2.3: the fragment of an $id is what $anchor became.
            Add("$id", site.Resource.Anchors, UriReference.Parse(Text(site.Schema, "$id", site.Place) ?? "").Fragment);
            return;
        }

        Add("$anchor", site.Resource.Anchors, Text(site.Schema, "$anchor", site.Place));
        var dynamicName = Text(site.Schema, "$dynamicAnchor", site.Place);
        Add("$dynamicAnchor", site.Resource.Anchors, dynamicName);
        Add("$dynamicAnchor", site.Resource.DynamicAnchors, dynamicName);

        void Add(string keyword, Dictionary<string, SchemaSite> anchors, string? name)
        {
            if (name is { Length: > 0 } && !anchors.TryAdd(name, site) && anchors[name] != site)
            {
                throw new MalformedSchemaException($"{site.Place}/{keyword}", $"{Display.Quote(name)} is used twice");
            }
        }
    }

    private static string? Text(JsonElement schema, string keyword, string place)
    {
        if (!schema.TryGetProperty(keyword, out var value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : throw new MalformedSchemaException($"{place}/{keyword}", "must be a string");
    }
}
