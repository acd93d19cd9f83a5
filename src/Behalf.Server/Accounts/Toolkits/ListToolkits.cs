using Behalf.Accounts.AuthConfigs;
using Behalf.Catalog;
using Behalf.Wire;
using Microsoft.AspNetCore.Mvc;

namespace Behalf.Accounts.Toolkits;

/// <summary>What can be connected: listed, read, its marks shown.</summary>
internal static class ListToolkits
{
    internal sealed record Filters
    {
        [FromQuery(Name = "category")]
        public string? Category { get; init; }

        [FromQuery(Name = "search")]
        public string? Search { get; init; }

        [FromQuery(Name = "managed_by")]
        public string? ManagedBy { get; init; }

        [FromQuery(Name = "sort_by")]
        public string? SortBy { get; init; }

        [FromQuery(Name = "limit")]
        public int? Limit { get; init; }

        [FromQuery(Name = "cursor")]
        public string? Cursor { get; init; }
    }

    public static Page<ToolkitAnswer> List(
        CallerParameter caller, [AsParameters] Filters filters, ToolCatalog catalog, ShowToolkit show) =>
        Page(caller, catalog, show, filters, null);

    public static Page<ToolkitAnswer> ListMany(
        CallerParameter caller, ToolkitsRequest body, ToolCatalog catalog, ShowToolkit show) =>
        Page(
            caller,
            catalog,
            show,
            new Filters { Category = body.Category, ManagedBy = body.ManagedBy, Limit = body.Limit, Cursor = body.Cursor },
            body.Toolkits);

    public static ToolkitDetail Get(CallerParameter caller, string slug, ToolCatalog catalog, ShowToolkit show) =>
        show.Detail(catalog.VisibleToolkit(caller, slug));

    public static Page<CategoryAnswer> Categories(CallerParameter caller, ToolCatalog catalog)
    {
        var categories = catalog.VisibleToolkits(caller).SelectMany(t => t.Categories)
            .DistinctBy(c => c.Slug).OrderBy(c => c.Slug, StringComparer.Ordinal).Select(ShowToolkit.Category).ToList();
        return PageRequest.Parse(1000, null).ToOffsetPage(categories, categories.Count);
    }

    public static ChangelogAnswer Changelog(CallerParameter caller, ToolCatalog catalog) => new()
    {
        Items =
        [
            .. catalog.VisibleToolkits(caller).Select(toolkit => new ToolkitVersionsAnswer
            {
                Slug = toolkit.Slug,
                Name = toolkit.Name,
                DisplayName = toolkit.Name,
                Versions = [new ToolkitVersionAnswer { Version = toolkit.Version }],
            }),
        ],
    };

    public static IResult Logo(string slug, ToolCatalog catalog, HttpContext http)
    {
        if (!catalog.TryGetToolkit(slug, out var toolkit))
        {
            return Results.NotFound();
        }

        // Drawn by us and part of the build; still, a document of its own gets no rights.
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.CacheControl = "public, max-age=3600";
        return Results.File(toolkit.LogoPath, "image/svg+xml");
    }

    private static Page<ToolkitAnswer> Page(
        Caller caller, ToolCatalog catalog, ShowToolkit show, Filters filters, IReadOnlyList<string>? only)
    {
        var page = PageRequest.Parse(filters.Limit, filters.Cursor, usual: 100);
        var (category, search) = (filters.Category, filters.Search);
        var wanted = only?.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var found = catalog.VisibleToolkits(caller).Where(toolkit => IsOfInstance(filters.ManagedBy)
            && (string.IsNullOrEmpty(category) || toolkit.Categories.Any(c => c.Slug.Equals(category, StringComparison.OrdinalIgnoreCase)))
            && (string.IsNullOrEmpty(search) || toolkit.Slug.Contains(search, StringComparison.OrdinalIgnoreCase)
                || toolkit.Name.Contains(search, StringComparison.OrdinalIgnoreCase))
            && wanted?.Contains(toolkit.Slug) != false).ToList();
        return page.ToOffsetPage([.. found.Skip(page.Offset).Take(page.Limit).Select(show.Show)], found.Count);
    }

    /// <summary>All toolkits are the instance's, in the published wire's word the vendor's: projects bring none of their
    /// own.</summary>
    private static bool IsOfInstance(string? managedBy) => managedBy?.ToLowerInvariant() switch
    {
        null or "" or "all" or "composio" => true,
        "project" => false,
        _ => throw new Problem(Refusal.InvalidRequest, "managed_by is composio, all or project."),
    };
}

/// <summary>The toolkits that a key knows of.</summary>
internal static class ToolkitsOfKeys
{
    extension(ToolCatalog catalog)
    {
        public IEnumerable<Toolkit> VisibleToolkits(Caller caller) => catalog.Toolkits.Where(toolkit => IsVisible(caller, toolkit));

        public Toolkit VisibleToolkit(Caller caller, string slug) =>
            catalog.TryGetToolkit(slug, out var toolkit) && IsVisible(caller, toolkit) ? toolkit : throw UnknownToolkit.Problem(catalog, slug);
    }

    private static bool IsVisible(Caller caller, Toolkit toolkit) => caller.Toolkits?.Contains(toolkit.Slug) != false;
}
