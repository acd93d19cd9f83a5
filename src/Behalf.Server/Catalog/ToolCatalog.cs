using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Behalf.Catalog;

/// <summary>What a list of tools is narrowed by; everything that is null or empty does not narrow.</summary>
internal sealed record ToolFilter
{
    public IReadOnlyCollection<string>? Toolkits { get; init; }

    /// <summary>Slugs or aliases. Unknown ones are passed over, as the wire has it.</summary>
    public IReadOnlyCollection<string>? Slugs { get; init; }

    public bool? Important { get; init; }

    /// <summary>Any of them.</summary>
    public IReadOnlyCollection<string>? Tags { get; init; }

    /// <summary>Words; the list is then ordered by how well they fit.</summary>
    public string? Search { get; init; }

    public bool IncludeDeprecated { get; init; }

    /// <summary>For rules that the catalogue knows nothing of, such as an auth config's allowed tools.</summary>
    public Func<ToolEntry, bool>? Also { get; init; }
}

/// <summary>A stretch of a list and how long the list is.</summary>
internal sealed record ToolPage(IReadOnlyList<Tool> Items, int Total);

/// <summary>All toolkits and tools, immutable. Slugs ignore case on the way in and are canonical on the way
/// out.</summary>
internal sealed class ToolCatalog
{
    private readonly FrozenDictionary<string, Toolkit> _toolkits;
    private readonly FrozenDictionary<string, ToolEntry> _tools;
    private readonly FrozenDictionary<string, ToolEntry[]> _byToolkit;
    private readonly Lazy<ToolSearch> _search;

    public ToolCatalog(IReadOnlyList<Toolkit> toolkits, IReadOnlyList<ToolEntry> tools)
    {
        Toolkits = [.. toolkits.OrderBy(toolkit => toolkit.Slug, StringComparer.Ordinal)];
        Tools = [.. tools.OrderBy(tool => tool.Slug, StringComparer.Ordinal)];
        _toolkits = ByName(Toolkits, toolkit => [toolkit.Slug, .. toolkit.Aliases], toolkit => toolkit.Slug);
        _tools = ByName(Tools, tool => [tool.Slug, .. tool.Aliases], tool => tool.Slug);
        _byToolkit = Tools.GroupBy(tool => tool.Toolkit.Slug)
            .ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.OrdinalIgnoreCase);
        _search = new Lazy<ToolSearch>(() => new ToolSearch(Tools));
    }

    /// <summary>In order of slug.</summary>
    public IReadOnlyList<Toolkit> Toolkits { get; }

    /// <summary>In order of slug.</summary>
    public IReadOnlyList<ToolEntry> Tools { get; }

    public bool TryGetToolkit([NotNullWhen(true)] string? slug, [MaybeNullWhen(false)] out Toolkit toolkit)
    {
        toolkit = null;
        return slug is not null && _toolkits.TryGetValue(slug, out toolkit);
    }

    public bool TryGetTool([NotNullWhen(true)] string? slug, [MaybeNullWhen(false)] out Tool tool)
    {
        tool = slug is not null && _tools.TryGetValue(slug, out var entry) ? entry.Definition : null;
        return tool is not null;
    }

    /// <summary>The canonical form of a toolkit's slug or alias; a name that is none keeps its letters, in lower case.</summary>
    public string CanonicalToolkit(string slug) => _toolkits.TryGetValue(slug, out var toolkit) ? toolkit.Slug : slug.ToLowerInvariant();

    /// <summary>The canonical form of a tool's slug or alias; null for a tool that does not exist.</summary>
    public string? CanonicalTool(string slug) => _tools.GetValueOrDefault(slug)?.Slug;

    public IReadOnlyList<ToolEntry> ToolsOf(string toolkit) => _byToolkit.GetValueOrDefault(toolkit) ?? [];

    public ToolPage List(ToolFilter filter, int offset, int limit)
    {
        var found = Matching(filter).ToArray();
        return new ToolPage([.. found.Skip(offset).Take(limit).Select(entry => entry.Definition)], found.Length);
    }

    /// <summary>Names to offer to somebody who asked for a tool that does not exist.</summary>
    public IReadOnlyList<string> NearestTools(string slug, int count = 3) =>
        [.. _search.Value.Find(slug, _ => true).Take(count).Select(entry => entry.Slug)];

    /// <summary>Names to offer to somebody who asked for a toolkit that does not exist.</summary>
    public IReadOnlyList<string> NearestToolkits(string slug, int count = 3) =>
        Nearest.Of(slug, Toolkits.Select(toolkit => toolkit.Slug), count);

    private IEnumerable<ToolEntry> Matching(ToolFilter filter)
    {
        var toolkits = Names(filter.Toolkits?.Select(name => _toolkits.GetValueOrDefault(name)?.Slug ?? name));
        var slugs = Names(filter.Slugs?.Select(slug => CanonicalTool(slug) ?? slug));
        var tags = Names(filter.Tags);

        bool Fits(ToolEntry tool) =>
            (toolkits is null || toolkits.Contains(tool.Toolkit.Slug))
            && (slugs is null || slugs.Contains(tool.Slug))
            && (filter.Important is null || filter.Important == tool.Important)
            && (tags is null || tool.Tags.Any(tags.Contains))
            && (filter.IncludeDeprecated || !tool.Deprecated || slugs is not null)
            && (filter.Also is null || filter.Also(tool));

        return string.IsNullOrWhiteSpace(filter.Search) ? Tools.Where(Fits) : _search.Value.Find(filter.Search, Fits);
    }

    private static HashSet<string>? Names(IEnumerable<string>? names)
    {
        var set = names?.ToHashSet(StringComparer.OrdinalIgnoreCase);
        return set is { Count: > 0 } ? set : null;
    }

    private static FrozenDictionary<string, T> ByName<T>(
        IReadOnlyList<T> things, Func<T, IEnumerable<string>> names, Func<T, string> slug)
    {
        var byName = new Dictionary<string, T>(things.Count, StringComparer.OrdinalIgnoreCase);
        foreach (var thing in things)
        {
            foreach (var name in names(thing))
            {
                if (!byName.TryAdd(name, thing))
                {
                    throw new CatalogException($"{name} names both {slug(byName[name])} and {slug(thing)}.");
                }
            }
        }

        return byName.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
