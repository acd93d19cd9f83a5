namespace Behalf.Catalog.JsonSchema;

/// <summary>The schema resources entered on the way to where we are, outermost first (2020-12 core §7.1).</summary>
internal sealed class DynamicScope
{
    private readonly List<Dictionary<string, SchemaNode>> _entered = [];

    /// <summary>False if we are in that resource already; then there is nothing to leave.</summary>
    public bool Enter(Dictionary<string, SchemaNode> anchors)
    {
        if (_entered.Count > 0 && _entered[^1] == anchors)
        {
            return false;
        }

        _entered.Add(anchors);
        return true;
    }

    public void Leave() => _entered.RemoveAt(_entered.Count - 1);

    /// <summary>2020-12 core §8.2.3.2: the outermost resource with that anchor wins.</summary>
    public SchemaNode? Outermost(string anchor)
    {
        foreach (var anchors in _entered)
        {
            if (anchors.TryGetValue(anchor, out var node))
            {
                return node;
            }
        }

        return null;
    }
}
