using Behalf.Accounts;
using Behalf.Catalog;

namespace Behalf.Broker.Calls;

/// <summary>What a key and an auth config let through.</summary>
internal static class CallPolicy
{
    /// <summary>The key's own limits: a tool that it does not name is refused as everything foreign is.</summary>
    public static void CheckKey(Caller caller, Tool tool)
    {
        if (caller.Toolkits?.Contains(tool.Toolkit) == false
            || (caller.Tools is { } tools && !tools.Contains(tool.Slug) && !tool.Aliases.Any(tools.Contains)))
        {
            throw new Problem(Refusal.ToolNotAllowed, $"This key may not run {tool.Slug}.");
        }

        if (caller.ReadOnly && !tool.Hints.ReadOnly)
        {
            throw new Problem(Refusal.ToolNotAllowed, $"This key may only read, and {tool.Slug} does more.");
        }
    }

    public static void CheckConfig(CallAccount account, Tool tool)
    {
        if (account.Settings.AllowedTools is { } allowed && !allowed.Contains(tool.Slug))
        {
            throw new Problem(Refusal.ToolNotAllowed, $"The auth config of this account does not allow {tool.Slug}.", "Add the tool to the auth config's allowed tools.");
        }
    }

    /// <summary>The scopes of which the account has none that would do; each entry is one that would.</summary>
    public static IReadOnlyList<string> MissingScopes(Tool tool, AuthScheme scheme, CallAccount account)
    {
        if (tool.Scopes.Count == 0 || scheme is not OAuth2Scheme { Quirks.GrantedScopesUnreliable: false } oauth || account.Scopes.Length == 0)
        {
            return [];
        }

        var held = Closure(oauth, account.GrantedScopes);
        return [.. tool.Scopes.Where(alternatives => !alternatives.Any(held.Contains)).Select(alternatives => alternatives[0])];
    }

    private static HashSet<string> Closure(OAuth2Scheme scheme, IEnumerable<string> granted)
    {
        var held = new HashSet<string>(granted, StringComparer.Ordinal);
        var open = new Queue<string>(held);
        while (open.TryDequeue(out var name))
        {
            foreach (var implied in scheme.Scopes.GetValueOrDefault(name)?.Implies ?? [])
            {
                if (held.Add(implied))
                {
                    open.Enqueue(implied);
                }
            }
        }

        return held;
    }
}
