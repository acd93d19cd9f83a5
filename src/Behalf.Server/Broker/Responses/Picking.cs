using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Behalf.Broker.Responses;

/// <summary>Keeps or leaves out parts of a value by dotted paths; a path goes through lists without naming
/// them.</summary>
internal static class Picking
{
    // A tool's lists live as long as the catalogue.
    private static readonly ConditionalWeakTable<IReadOnlyList<string>, Tree> Known = [];

    public static JsonNode? Pick(JsonNode? value, IReadOnlyList<string> paths) =>
        paths.Count is 0 ? value : Pick(value, TreeOf(paths));

    public static void Drop(JsonNode? value, IReadOnlyList<string> paths)
    {
        if (paths.Count > 0)
        {
            Drop(value, TreeOf(paths));
        }
    }

    private static Tree TreeOf(IReadOnlyList<string> paths) => Known.GetValue(paths, Tree.Of);

    private static JsonNode? Pick(JsonNode? value, Tree tree)
    {
        switch (value)
        {
            case JsonArray items:
                return new JsonArray([.. items.Select(item => Pick(item, tree))]);
            case JsonObject members when tree.Branches.Count > 0:
                var kept = new JsonObject();
                foreach (var (name, branch) in tree.Branches)
                {
                    if (members[name] is { } member)
                    {
                        kept[name] = Pick(member, branch);
                    }
                }

                return kept;
            default:
                return value?.DeepClone();
        }
    }

    private static void Drop(JsonNode? value, Tree tree)
    {
        switch (value)
        {
            case JsonArray items:
                foreach (var item in items)
                {
                    Drop(item, tree);
                }

                break;
            case JsonObject members:
                foreach (var (name, branch) in tree.Branches)
                {
                    if (branch.Branches.Count is 0)
                    {
                        members.Remove(name);
                    }
                    else
                    {
                        Drop(members[name], branch);
                    }
                }

                break;
        }
    }

    private sealed class Tree
    {
        public Dictionary<string, Tree> Branches { get; } = new(StringComparer.Ordinal);

        public static Tree Of(IReadOnlyList<string> paths)
        {
            var root = new Tree();
            foreach (var path in paths)
            {
                var at = root;
                foreach (var step in path.Split('.'))
                {
                    at = at.Branches.TryGetValue(step, out var next) ? next : at.Branches[step] = new Tree();
                }
            }

            return root;
        }
    }
}
