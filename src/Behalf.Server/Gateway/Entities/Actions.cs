using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Behalf.Broker.Wire;
using Behalf.Catalog;
using Behalf.Wire;
using Microsoft.AspNetCore.Mvc;

namespace Behalf.Gateway.Entities;

/// <summary>A tool with the names that either of the older clients reads.</summary>
internal sealed record ActionAnswer
{
    public required string Name { get; init; }

    [JsonPropertyName("display_name")]
    public required string DisplayName { get; init; }

    [JsonPropertyName("displayName")]
    public string Title => DisplayName;

    public required string Description { get; init; }

    /// <summary>JSON Schema; <c>title</c> is always there, since the Python client insists.</summary>
    public required JsonObject Parameters { get; init; }

    public required JsonObject Response { get; init; }

    public required string AppName { get; init; }

    public string AppKey => AppName;

    public string AppId => AppName;

    public required string Version { get; init; }

    [JsonPropertyName("available_versions")]
    public required IReadOnlyList<string> AvailableVersions { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }

    public required string Logo { get; init; }

    public bool Enabled { get; init; } = true;

    [JsonPropertyName("no_auth")]
    public required bool NoAuth { get; init; }

    public required bool Deprecated { get; init; }

    public static ActionAnswer Of(ToolAnswer tool) => new()
    {
        Name = tool.Slug,
        DisplayName = tool.Name,
        Description = tool.Description,
        Parameters = Titled(JsonObject.Create(tool.InputParameters) ?? [], tool.Slug + "Request"),
        Response = Titled(tool.OutputParameters, tool.Slug + "Response"),
        AppName = tool.Toolkit.Slug,
        Version = tool.Version,
        AvailableVersions = tool.AvailableVersions,
        Tags = tool.Tags,
        Logo = tool.Toolkit.Logo,
        NoAuth = tool.NoAuth,
        Deprecated = tool.IsDeprecated,
    };

    private static JsonObject Titled(JsonObject schema, string title)
    {
        schema.TryAdd("title", title);
        schema.TryAdd("properties", new JsonObject());
        return schema;
    }
}

internal sealed record SearchActionsRequest
{
    public string? UseCase { get; init; }
}

internal sealed record ActionsOfAppAnswer
{
    public required string App { get; init; }

    public required IReadOnlyList<string> Actions { get; init; }

    public required string Description { get; init; }

    public required int Order { get; init; }
}

/// <summary>Tools as the older wire calls them.</summary>
internal static class Actions
{
    internal sealed record Filters
    {
        [FromQuery(Name = "apps")]
        public string? Apps { get; init; }

        [FromQuery(Name = "actions")]
        public string? Names { get; init; }

        [FromQuery(Name = "tags")]
        public string? Tags { get; init; }

        [FromQuery(Name = "useCase")]
        public string? UseCase { get; init; }

        [FromQuery(Name = "usecaseLimit")]
        public int? UseCaseLimit { get; init; }

        [FromQuery(Name = "filterImportantActions")]
        public string? Important { get; init; }

        [FromQuery(Name = "page")]
        public int? Page { get; init; }

        [FromQuery(Name = "limit")]
        public int? Limit { get; init; }

        public ListTools.Filters ToToolFilters() => new()
        {
            ToolkitSlug = Apps,
            ToolSlugs = Names,
            Tags = Tags,
            Query = UseCase,

            // The clients send false where nobody asked; it does not mean "only what is unimportant".
            Important = string.Equals(Important, "true", StringComparison.OrdinalIgnoreCase) ? "true" : null,
        };
    }

    public static async Task<EntityPage<ActionAnswer>> ListAsync(
        CallerParameter caller, [AsParameters] Filters filters, ListTools tools, ToolCatalog catalog, HttpContext http, CancellationToken ct)
    {
        var page = EntityPages.Read(filters.Page, filters.UseCase is null ? filters.Limit : filters.UseCaseLimit ?? filters.Limit);
        var found = await tools.PageAsync(caller, filters.ToToolFilters(), page, ct);
        var actions = found.Items.Select(ActionAnswer.Of);
        return page.ToEntityPage(PicksByName(http) ? actions.SelectMany(action => WithAliases(action, catalog)) : actions, found.TotalItems);
    }

    /// <summary>Asked for some actions, the Python client fetches all of their apps and keeps those with just these names; an
    /// alias that is not in the list would be dropped in silence.</summary>
    private static bool PicksByName(HttpContext http) => http.Request.Headers["x-source"] == "python_sdk";

    /// <summary>Without the tag by which the same client chooses when it is asked for an app, so that a model sees one of each.</summary>
    private static IEnumerable<ActionAnswer> WithAliases(ActionAnswer action, ToolCatalog catalog) =>
    [
        action,
        .. (catalog.TryGetTool(action.Name, out var tool) ? tool.Aliases : []).Select(alias =>
            action with { Name = alias, Tags = [.. action.Tags.Where(tag => tag != "important")], Deprecated = true }),
    ];

    public static ActionAnswer Get(CallerParameter caller, string tool, ToolCatalog catalog, ShowTool show) =>
        ActionAnswer.Of(ListTools.Get(caller, tool, catalog, show));

    /// <summary>The JavaScript client sends the use case in the body of a GET.</summary>
    public static async Task<EntityPage<ActionsOfAppAnswer>> SearchAsync(
        CallerParameter caller, [AsParameters] Filters filters, [FromBody] SearchActionsRequest? body, ListTools tools, CancellationToken ct)
    {
        const int Usual = 10;
        var page = EntityPages.Read(1, filters.Limit ?? Usual);
        var useCase = WireText.Required(body?.UseCase ?? filters.UseCase, "useCase", 1024);
        var found = await tools.PageAsync(caller, (filters with { UseCase = useCase }).ToToolFilters(), page, ct);
        return new EntityPage<ActionsOfAppAnswer>
        {
            Items = [.. found.Items.GroupBy(tool => tool.Toolkit.Slug).Select((app, order) => new ActionsOfAppAnswer
            {
                App = app.Key,
                Actions = [.. app.Select(tool => tool.Slug)],
                Description = useCase,
                Order = order,
            })],
            Page = 1,
            TotalPages = 1,
        };
    }

    public static IResult Enum(CallerParameter caller, ToolCatalog catalog) =>
        Results.Text(string.Join('\n', ListTools.Enum(caller, catalog)));

    public static IResult Tags(CallerParameter caller, ToolCatalog catalog) => Results.Text(string.Join(
        '\n', catalog.Tools.SelectMany(tool => tool.Tags).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal)));
}
