using System.Text.Json.Serialization;
using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.Toolkits;
using Behalf.Catalog;
using Behalf.Wire;

namespace Behalf.Gateway.Entities;

internal sealed record AppAnswer
{
    /// <summary>The slug: one name for an app is enough.</summary>
    public required string AppId { get; init; }

    public required string Key { get; init; }

    public required string Name { get; init; }

    public required string Description { get; init; }

    public required string Logo { get; init; }

    public required IReadOnlyList<string> Categories { get; init; }

    public required AppMetaAnswer Meta { get; init; }

    public bool Enabled { get; init; } = true;

    [JsonPropertyName("no_auth")]
    public required bool NoAuth { get; init; }

    [JsonPropertyName("auth_schemes")]
    public required IReadOnlyList<AppSchemeAnswer> AuthSchemes { get; init; }

    /// <summary>Ways to connect with the instance's own app.</summary>
    public required IReadOnlyList<AppTestConnectorAnswer> TestConnectors { get; init; }

    public required string CreatedAt { get; init; }

    public required string UpdatedAt { get; init; }
}

internal sealed record AppMetaAnswer
{
    public required int ActionsCount { get; init; }

    public int TriggersCount { get; init; }
}

/// <summary>The Python client reads <c>auth_mode</c> and <c>scheme_name</c>, the JavaScript client <c>mode</c>.</summary>
internal sealed record AppSchemeAnswer
{
    [JsonPropertyName("scheme_name")]
    public required string SchemeName { get; init; }

    [JsonPropertyName("auth_mode")]
    public required string AuthMode { get; init; }

    public string Mode => AuthMode;

    public required IReadOnlyList<EntityFieldAnswer> Fields { get; init; }

    [JsonPropertyName("default_scopes")]
    public required IReadOnlyList<string> DefaultScopes { get; init; }
}

internal sealed record AppTestConnectorAnswer
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string AuthScheme { get; init; }
}

/// <summary>A field that somebody fills in: the application once, or each user (<c>expected_from_customer</c>).</summary>
internal sealed record EntityFieldAnswer
{
    public required string Name { get; init; }

    /// <summary>In an app's schemes it goes by <c>display_name</c>, in an integration by <c>displayName</c>.</summary>
    [JsonPropertyName("display_name")]
    public required string DisplayName { get; init; }

    [JsonPropertyName("displayName")]
    public string Title => DisplayName;

    public required string Description { get; init; }

    public string Type { get; init; } = "string";

    public required bool Required { get; init; }

    [JsonPropertyName("expected_from_customer")]
    public required bool ExpectedFromCustomer { get; init; }

    [JsonPropertyName("is_secret")]
    public required bool IsSecret { get; init; }

    public string? Default { get; init; }

    public static EntityFieldAnswer Of(FieldAnswer field, bool ofUser) => new()
    {
        Name = field.Name,
        DisplayName = field.DisplayName,
        Description = field.Description,
        Required = field.Required,
        ExpectedFromCustomer = ofUser,
        IsSecret = field.IsSecret,
        Default = field.Default,
    };
}

/// <summary>Toolkits as the older wire calls them.</summary>
internal static class Apps
{
    public static EntityPage<AppAnswer> List(CallerParameter caller, ToolCatalog catalog, ShowToolkit show) => new()
    {
        Items = [.. catalog.VisibleToolkits(caller).Select(toolkit => Show(toolkit, show.Detail(toolkit)))],
        Page = 1,
        TotalPages = 1,
    };

    /// <summary>By slug in any case: Python's enums are upper case.</summary>
    public static AppAnswer Get(CallerParameter caller, string app, ToolCatalog catalog, ShowToolkit show)
    {
        var toolkit = catalog.VisibleToolkit(caller, app);
        return Show(toolkit, show.Detail(toolkit));
    }

    public static IResult Enum(CallerParameter caller, ToolCatalog catalog) =>
        Results.Text(string.Join('\n', catalog.VisibleToolkits(caller).Select(toolkit => toolkit.Slug)));

    public static EntityPage<string> Categories(CallerParameter caller, ToolCatalog catalog) => new()
    {
        Items = [.. catalog.VisibleToolkits(caller).SelectMany(t => t.Categories).Select(c => c.Name).Distinct().Order(StringComparer.Ordinal)],
        Page = 1,
        TotalPages = 1,
    };

    private static AppAnswer Show(Toolkit toolkit, ToolkitDetail detail) => new()
    {
        AppId = toolkit.Slug,
        Key = toolkit.Slug,
        Name = toolkit.Name,
        Description = toolkit.Description,
        Logo = detail.Meta.Logo,
        Categories = [.. toolkit.Categories.Select(category => category.Name)],
        Meta = new AppMetaAnswer { ActionsCount = detail.Meta.ToolsCount },
        NoAuth = toolkit.Auth.All(scheme => scheme is NoAuthScheme),

        // The Python client knows a closed list of ways, without this one, and reads no app at all if one of them has another.
        AuthSchemes = [.. detail.AuthConfigDetails.Where(scheme => scheme.Mode != AuthMode.ClientCredentials.WireName()).Select(scheme => new AppSchemeAnswer
        {
            SchemeName = scheme.Name,
            AuthMode = scheme.Mode,
            Fields = [.. Fields(scheme.Fields.AuthConfigCreation, ofUser: false), .. Fields(scheme.Fields.ConnectedAccountInitiation, ofUser: true)],
            DefaultScopes = AuthModes.TryParseWire(scheme.Mode, out var mode) && toolkit.Scheme(mode) is OAuth2Scheme oauth ? oauth.DefaultScopes : [],
        })],
        TestConnectors = [.. detail.ComposioManagedAuthSchemes.Select(mode => new AppTestConnectorAnswer
        {
            Id = toolkit.Slug,
            Name = toolkit.Name,
            AuthScheme = mode,
        })],
        CreatedAt = detail.Meta.CreatedAt,
        UpdatedAt = detail.Meta.UpdatedAt,
    };

    private static IEnumerable<EntityFieldAnswer> Fields(FieldListsAnswer fields, bool ofUser) =>
        fields.Required.Concat(fields.Optional).Select(field => EntityFieldAnswer.Of(field, ofUser));
}
