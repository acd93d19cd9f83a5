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

        [FromQuery(Name = "sort_by")]
        public string? SortBy { get; init; }

        [FromQuery(Name = "limit")]
        public int? Limit { get; init; }

        [FromQuery(Name = "cursor")]
        public string? Cursor { get; init; }
    }

    public static Page<ToolkitAnswer> List(
        CallerParameter caller, [AsParameters] Filters filters, ToolCatalog catalog, ShowToolkit show) =>
        Page(caller, catalog, show, filters.Category, filters.Search, null, PageRequest.Parse(filters.Limit, filters.Cursor, usual: 100));

    public static Page<ToolkitAnswer> ListMany(
        CallerParameter caller, ToolkitsRequest body, ToolCatalog catalog, ShowToolkit show) =>
        Page(caller, catalog, show, body.Category, null, body.Toolkits, PageRequest.Parse(body.Limit, body.Cursor, usual: 100));

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
        Caller caller, ToolCatalog catalog, ShowToolkit show, string? category, string? search, IReadOnlyList<string>? only, PageRequest page)
    {
        var wanted = only?.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var found = catalog.VisibleToolkits(caller).Where(toolkit =>
            (string.IsNullOrEmpty(category) || toolkit.Categories.Any(c => c.Slug.Equals(category, StringComparison.OrdinalIgnoreCase)))
            && (string.IsNullOrEmpty(search) || toolkit.Slug.Contains(search, StringComparison.OrdinalIgnoreCase)
                || toolkit.Name.Contains(search, StringComparison.OrdinalIgnoreCase))
            && wanted?.Contains(toolkit.Slug) != false).ToList();
        return page.ToOffsetPage([.. found.Skip(page.Offset).Take(page.Limit).Select(show.Show)], found.Count);
    }
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
