namespace Behalf.Catalog;

/// <summary>Compares what a tool needs with what was granted.</summary>
internal static class ScopeRules
{
    /// <summary>The scopes to ask for in addition, one for each need that nothing granted meets; empty if the tool may
    /// be called. Of several that would do it is the first, which a definition lists narrowest first.</summary>
    public static IReadOnlyList<string> Missing(this OAuth2Scheme scheme, Tool tool, IEnumerable<string> granted)
    {
        var held = scheme.WithImplied(granted);
        return [.. tool.Scopes.Where(any => !any.Any(held.Contains)).Select(any => any[0])];
    }

    /// <summary>The scopes and all that they contain.</summary>
    public static IReadOnlySet<string> WithImplied(this OAuth2Scheme scheme, IEnumerable<string> granted)
    {
        var held = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(granted);
        while (open.TryPop(out var name))
        {
            if (held.Add(name) && scheme.Scopes.TryGetValue(name, out var scope))
            {
                foreach (var implied in scope.Implies)
                {
                    open.Push(implied);
                }
            }
        }

        return held;
    }
}
