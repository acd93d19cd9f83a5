namespace Behalf.Catalog.JsonSchema;

/// <summary>Refuses a schema that comes back to itself without going deeper into the value:
/// it would never end.</summary>
internal static class LoopGuard
{
    /// <summary>Depth first with its own stack, since a chain of references may be as long as the schema.</summary>
    public static void Check(IReadOnlyDictionary<SchemaNode, SchemaSite> sites)
    {
        var finished = new HashSet<SchemaNode>();
        var path = new Stack<(SchemaNode Node, IEnumerator<SchemaNode> Next)>();
        var onPath = new HashSet<SchemaNode>();
        foreach (var start in sites.Keys)
        {
            Enter(start);
            while (path.TryPeek(out var at))
            {
                if (at.Next.MoveNext())
                {
                    Enter(at.Next.Current);
                    continue;
                }

                path.Pop();
                onPath.Remove(at.Node);
                finished.Add(at.Node);
            }
        }

        void Enter(SchemaNode node)
        {
            if (finished.Contains(node))
            {
                return;
            }

            if (!onPath.Add(node))
            {
                throw new MalformedSchemaException(
                    sites[node].Place, "the schema refers back to itself without going deeper into the value");
            }

            path.Push((node, node.Keywords.SelectMany(keyword => keyword.InPlace).GetEnumerator()));
        }
    }
}
