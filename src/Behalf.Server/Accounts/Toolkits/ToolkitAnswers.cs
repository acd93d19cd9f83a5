using System.Text.Json.Serialization;
using Behalf.Accounts.AuthConfigs;

namespace Behalf.Accounts.Toolkits;

internal sealed record ToolkitAnswer
{
    public required string Slug { get; init; }

    public required string Name { get; init; }

    public string Type { get; init; } = "native";

    public required IReadOnlyList<string> AuthSchemes { get; init; }

    public required IReadOnlyList<string> ComposioManagedAuthSchemes { get; init; }

    public bool IsLocalToolkit { get; init; }

    public required bool NoAuth { get; init; }

    public required string? AuthGuideUrl { get; init; }

    public required DeprecatedIdAnswer Deprecated { get; init; }

    public required ToolkitMetaAnswer Meta { get; init; }
}

internal sealed record DeprecatedIdAnswer
{
    [JsonPropertyName("toolkitId")]
    public required string ToolkitId { get; init; }
}

internal sealed record DeprecatedDetailAnswer
{
    [JsonPropertyName("toolkitId")]
    public required string ToolkitId { get; init; }

    /// <summary>Where credentials go is the server's own business.</summary>
    [JsonPropertyName("rawProxyInfoByAuthSchemes")]
    public IReadOnlyList<string> RawProxyInfoByAuthSchemes { get; init; } = [];
}

internal sealed record ToolkitMetaAnswer
{
    public required string CreatedAt { get; init; }

    public required string UpdatedAt { get; init; }

    public required string Description { get; init; }

    public required string Logo { get; init; }

    public required string? AppUrl { get; init; }

    public required IReadOnlyList<CategoryAnswer> Categories { get; init; }

    public int TriggersCount { get; init; }

    public required int ToolsCount { get; init; }

    public required string Version { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? AvailableVersions { get; init; }
}

/// <summary>Lists name a category by <c>id</c>, details by <c>slug</c>: both are sent in both.</summary>
internal sealed record CategoryAnswer
{
    public required string Id { get; init; }

    public required string Slug { get; init; }

    public required string Name { get; init; }
}

internal sealed record ChangelogAnswer
{
    public required IReadOnlyList<ToolkitVersionsAnswer> Items { get; init; }
}

internal sealed record ToolkitVersionsAnswer
{
    public required string Slug { get; init; }

    public required string Name { get; init; }

    public required string DisplayName { get; init; }

    public required IReadOnlyList<ToolkitVersionAnswer> Versions { get; init; }
}

internal sealed record ToolkitVersionAnswer
{
    public required string Version { get; init; }

    /// <summary>The catalogue is the one version of this build and keeps no words on earlier ones.</summary>
    public string Changelog { get; init; } = "";
}

internal sealed record ToolkitDetail
{
    public required string Slug { get; init; }

    public required string Name { get; init; }

    public string Type { get; init; } = "native";

    public bool Enabled { get; init; } = true;

    public required IReadOnlyList<string> ComposioManagedAuthSchemes { get; init; }

    public required IReadOnlyList<ManagedAuthAnswer> ComposioManagedAuth { get; init; }

    public bool IsLocalToolkit { get; init; }

    public required IReadOnlyList<AuthDetailAnswer> AuthConfigDetails { get; init; }

    public required string? AuthGuideUrl { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required string? BaseUrl { get; init; }

    public required ToolkitMetaAnswer Meta { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? GetCurrentUserEndpoint { get; init; }

    public required DeprecatedDetailAnswer Deprecated { get; init; }

    /// <summary>How far the definition can be trusted. Ours, not the published wire's.</summary>
    public required string Tier { get; init; }
}

internal sealed record ManagedAuthAnswer
{
    public required string Mode { get; init; }

    public required ScopesAnswer Scopes { get; init; }
}

internal sealed record ScopesAnswer
{
    public required IReadOnlyList<string> Available { get; init; }
}

internal sealed record AuthDetailAnswer
{
    public required string Mode { get; init; }

    public required string Name { get; init; }

    public required AuthFieldsAnswer Fields { get; init; }

    public required ScopesAnswer? Scopes { get; init; }

    /// <summary>What must be switched on at the provider for connections to be renewed. Ours, not the published wire's.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required string? RefreshNeeds { get; init; }
}

internal sealed record AuthFieldsAnswer
{
    public required FieldListsAnswer AuthConfigCreation { get; init; }

    public required FieldListsAnswer ConnectedAccountInitiation { get; init; }
}

internal sealed record FieldListsAnswer
{
    public required IReadOnlyList<FieldAnswer> Required { get; init; }

    public required IReadOnlyList<FieldAnswer> Optional { get; init; }
}

internal sealed record ToolkitsRequest
{
    public IReadOnlyList<string>? Toolkits { get; init; }

    public string? Category { get; init; }

    public string? ManagedBy { get; init; }

    public string? SortBy { get; init; }

    public int? Limit { get; init; }

    public string? Cursor { get; init; }
}
