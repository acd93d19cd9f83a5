using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary>Compiles a schema and all it reaches. It goes by a queue, not by recursion, so that a schema can refer back
/// to itself and a long chain of references costs no stack.</summary>
internal sealed class SchemaCompiler(SchemaOptions options)
{
    private readonly SchemaLoader _loader = new(options);
    private readonly Dictionary<SchemaNode, SchemaSite> _sites = [];
    private readonly Queue<SchemaNode> _waiting = [];
    private readonly Dictionary<string, List<SchemaNode>> _dynamicTargets = new(StringComparer.Ordinal);

    public bool IsDynamic => _dynamicTargets.Count > 0;

    public SchemaNode Compile(JsonElement schema)
    {
        var root = NodeOf(_loader.LoadMain(schema));
        while (_waiting.TryDequeue(out var node))
        {
            node.Complete(KeywordFamilies.Read(new SchemaSource(_sites[node], this), node.Source));
            if (_waiting.Count == 0)
            {
                EnqueueDynamicTargets();
            }
        }

        foreach (var (node, site) in _sites)
        {
            node.DynamicAnchors = site.Resource.DynamicNodes.Count > 0 ? site.Resource.DynamicNodes : null;
        }

        LoopGuard.Check(_sites);
        return root;
    }

    public SchemaNode NodeAt(SchemaSite parent, string pointer) =>
        parent.Resource.Document.Sites.TryGetValue(pointer, out var site)
            ? NodeOf(site)
            : throw new MalformedSchemaException(
                parent.Resource.Document.Name + "#" + pointer, "a schema is an object or a boolean");

    public SchemaNode Referred(SchemaSite from, string reference, out SchemaSite target)
    {
        target = _loader.Resolve(reference, from);
        return NodeOf(target);
    }

    public DynamicRefKeyword DynamicallyReferred(SchemaSite from, string reference)
    {
        var node = Referred(from, reference, out var target);
        var anchor = Uri.UnescapeDataString(UriReference.Parse(reference).Fragment ?? "");

        // 2020-12 core §8.2.3.2: without a dynamic anchor where it first leads, it is an ordinary reference.
        if (target.Resource.DynamicAnchors.GetValueOrDefault(anchor) != target)
        {
            return new DynamicRefKeyword(node, null, []);
        }

        if (!_dynamicTargets.TryGetValue(anchor, out var targets))
        {
            _dynamicTargets.Add(anchor, targets = []);
        }

        return new DynamicRefKeyword(node, anchor, targets);
    }

    private SchemaNode NodeOf(SchemaSite site)
    {
        if (site.Node is null)
        {
            site.Node = new SchemaNode(site.Schema);
            _sites.Add(site.Node, site);
            _waiting.Enqueue(site.Node);
        }

        return site.Node;
    }

    /// <summary>A dynamic reference may end up at any dynamic anchor of its name,
    /// in whatever has been loaded by then.</summary>
    private void EnqueueDynamicTargets()
    {
        foreach (var resource in _loader.Resources.Distinct().ToList())
        {
            foreach (var (name, site) in resource.DynamicAnchors)
            {
                if (_dynamicTargets.TryGetValue(name, out var targets) && !resource.DynamicNodes.ContainsKey(name))
                {
                    resource.DynamicNodes.Add(name, NodeOf(site));
                    targets.Add(NodeOf(site));
                }
            }
        }
    }
}
