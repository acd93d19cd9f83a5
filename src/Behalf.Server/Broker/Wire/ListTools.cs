using Behalf.Accounts.AuthConfigs;
using Behalf.Broker.Calls;
using Behalf.Catalog;
using Behalf.Wire;
using Microsoft.AspNetCore.Mvc;

namespace Behalf.Broker.Wire;

internal sealed record RequiredScopesRequest
{
    public IReadOnlyList<string>? Tools { get; init; }

    /// <summary>Any version is taken; each toolkit has one.</summary>
    public string? Version { get; init; }
}

internal sealed record RequiredScopesAnswer
{
    public required IReadOnlyList<string> ScopesRequired { get; init; }

    public required IReadOnlyList<ToolScopesAnswer> PerToolRequirements { get; init; }
}

internal sealed record ToolScopesAnswer
{
    public required string Tool { get; init; }

    public required ScopeRequirements? ScopeRequirements { get; init; }
}

/// <summary>The tools that a key may see: listed, searched, read one by one.</summary>
internal sealed class ListTools(ToolCatalog catalog, UsableAuthConfigs configs, ShowTool show)
{
    internal sealed record Filters
    {
        [FromQuery(Name = "toolkit_slug")]
        public string? ToolkitSlug { get; init; }

        [FromQuery(Name = "tool_slugs")]
        public string? ToolSlugs { get; init; }

        [FromQuery(Name = "auth_config_ids")]
        public string? AuthConfigIds { get; init; }

        [FromQuery(Name = "important")]
        public string? Important { get; init; }

        [FromQuery(Name = "tags")]
        public string? Tags { get; init; }

        /// <summary>Tools that ask for one of these scopes.</summary>
        [FromQuery(Name = "scopes")]
        public string? Scopes { get; init; }

        [FromQuery(Name = "query")]
        public string? Query { get; init; }

        /// <summary>The older name of <see cref="Query"/>.</summary>
        [FromQuery(Name = "search")]
        public string? Search { get; init; }

        [FromQuery(Name = "include_deprecated")]
        public string? IncludeDeprecated { get; init; }

        [FromQuery(Name = "limit")]
        public int? Limit { get; init; }

        [FromQuery(Name = "cursor")]
        public string? Cursor { get; init; }
    }

    public static Task<Page<ToolAnswer>> ListAsync(
        CallerParameter caller, [AsParameters] Filters filters, ListTools tools, CancellationToken ct) =>
        tools.PageAsync(caller, filters, PageRequest.Parse(filters.Limit, filters.Cursor, most: 1000, usual: 20), ct);

    public static ToolAnswer Get(CallerParameter caller, string tool, ToolCatalog catalog, ShowTool show)
    {
        if (!catalog.TryGetTool(tool, out var found))
        {
            throw UnknownTool.Problem(catalog, tool);
        }

        CallPolicy.CheckKey(caller, found);
        return show.Show(found);
    }

    public static IReadOnlyList<string> Enum(CallerParameter caller, ToolCatalog catalog) =>
        [.. catalog.Tools.Where(MayBeSeen(caller)).Select(tool => tool.Slug)];

    public static RequiredScopesAnswer Scopes(CallerParameter caller, RequiredScopesRequest body, ToolCatalog catalog)
    {
        if (body.Tools is null or { Count: 0 or > 1000 })
        {
            throw new Problem(Refusal.InvalidRequest, "tools takes 1 to 1000 slugs.");
        }

        var tools = body.Tools.Select(slug => catalog.TryGetTool(slug, out var tool) ? tool : throw UnknownTool.Problem(catalog, slug)).ToList();
        return new RequiredScopesAnswer
        {
            ScopesRequired = [.. tools.SelectMany(tool => tool.Scopes).Select(alternatives => alternatives[0]).Distinct()],
            PerToolRequirements = [.. tools.Select(tool => new ToolScopesAnswer { Tool = tool.Slug, ScopeRequirements = ShowTool.Requirements(tool) })],
        };
    }

    public async Task<Page<ToolAnswer>> PageAsync(Caller caller, Filters filters, PageRequest page, CancellationToken ct)
    {
        var toolkits = QueryText.List(filters.ToolkitSlug);
        var visible = MayBeSeen(caller);
        var allowed = await AllowedAsync(caller, filters.AuthConfigIds, ct);
        var scopes = QueryText.List(filters.Scopes);
        var found = catalog.List(
            new ToolFilter
            {
                Toolkits = toolkits,
                Slugs = QueryText.List(filters.ToolSlugs),
                Important = Flag(filters.Important),
                Tags = QueryText.List(filters.Tags),
                Search = WireText.Optional(filters.Query ?? filters.Search, "query", 1024),
                IncludeDeprecated = Flag(filters.IncludeDeprecated) ?? false,
                Also = tool => visible(tool) && (allowed is null || allowed(tool))
                    && (scopes is null || tool.Definition.Scopes.Any(alternatives => alternatives.Intersect(scopes).Any())),
            },
            page.Offset,
            page.Limit);
        return page.ToOffsetPage([.. found.Items.Select(show.Show)], found.Total);
    }

    /// <summary>Auth configs narrow the list to their toolkits and to the tools they allow.</summary>
    private async Task<Func<ToolEntry, bool>?> AllowedAsync(Caller caller, string? ids, CancellationToken ct)
    {
        if (QueryText.List(ids) is not { } wanted)
        {
            return null;
        }

        var rules = new List<(string Toolkit, IReadOnlyList<string>? Tools)>();
        foreach (var id in wanted)
        {
            if (await configs.FindAsync(caller, id, ct) is { } config)
            {
                rules.Add((config.Toolkit.Slug, config.Settings.AllowedTools));
            }
        }

        return tool => rules.Exists(rule => rule.Toolkit == tool.Toolkit.Slug && (rule.Tools is null || rule.Tools.Contains(tool.Slug)));
    }

    private static Func<ToolEntry, bool> MayBeSeen(Caller caller) => tool =>
        caller.Toolkits?.Contains(tool.Toolkit.Slug) != false
        && (caller.Tools is not { } tools || tools.Contains(tool.Slug) || tool.Aliases.Any(tools.Contains))
        && (!caller.ReadOnly || tool.ReadOnly);

    private static bool? Flag(string? text) => text?.ToLowerInvariant() switch
    {
        null or "" => null,
        "true" or "1" => true,
        "false" or "0" => false,
        _ => throw new Problem(Refusal.InvalidRequest, "A flag is true or false."),
    };
}
