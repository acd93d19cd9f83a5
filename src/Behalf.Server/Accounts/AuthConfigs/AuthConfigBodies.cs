using System.Text.Json;
using System.Text.Json.Serialization;
using Behalf.Projects;

namespace Behalf.Accounts.AuthConfigs;

internal sealed record ToolkitReference
{
    public string? Slug { get; init; }
}

internal sealed record CreateAuthConfigRequest
{
    public ToolkitReference? Toolkit { get; init; }

    public AuthConfigRequest? AuthConfig { get; init; }
}

/// <summary>Both forms of the wire, own app and managed, in one: the fields of the other are simply absent.</summary>
internal sealed record AuthConfigRequest
{
    public string? Type { get; init; }

    public string? Name { get; init; }

    [JsonPropertyName("authScheme")]
    public string? AuthScheme { get; init; }

    /// <summary><c>client_id</c>, <c>client_secret</c>, <c>scopes</c>, and the toolkit's own fields.</summary>
    public Dictionary<string, JsonElement>? Credentials { get; init; }

    /// <summary>Where the managed form of PATCH has them.</summary>
    public JsonElement? Scopes { get; init; }

    public JsonElement? UserScopes { get; init; }

    public ToolAccessRequest? ToolAccessConfig { get; init; }

    public IReadOnlyList<string>? RestrictToFollowingTools { get; init; }

    public bool? IsEnabledForToolRouter { get; init; }

    /// <summary>Of the published wire, and refused: how the server reaches providers is the operator's to say.</summary>
    public JsonElement? ProxyConfig { get; init; }

    /// <summary>Of the published wire, and refused: no credential is shared between users.</summary>
    public JsonElement? SharedCredentials { get; init; }

    public Branding? Branding { get; init; }
}

internal sealed record ToolAccessRequest
{
    public IReadOnlyList<string>? ToolsForConnectedAccountCreation { get; init; }

    public IReadOnlyList<string>? ToolsAvailableForExecution { get; init; }
}

internal sealed record CreatedAuthConfigAnswer
{
    public required ToolkitSlugAnswer Toolkit { get; init; }

    public required CreatedAuthConfig AuthConfig { get; init; }
}

internal sealed record ToolkitSlugAnswer
{
    public required string Slug { get; init; }
}

internal sealed record CreatedAuthConfig
{
    public required string Id { get; init; }

    public required string AuthScheme { get; init; }

    public required bool IsComposioManaged { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? RestrictToFollowingTools { get; init; }

    /// <summary>What to register at the provider. Ours, not the published wire's.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RedirectUri { get; init; }
}

internal sealed record AuthConfigToolkitAnswer
{
    public required string Slug { get; init; }

    public required string Logo { get; init; }

    public string? AuthGuideUrl { get; init; }

    public string? AuthHintUrl { get; init; }
}

internal sealed record ToolAccessAnswer
{
    public IReadOnlyList<string> ToolsForConnectedAccountCreation { get; init; } = [];

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? ToolsAvailableForExecution { get; init; }
}

internal sealed record AuthConfigAnswer
{
    public required string Id { get; init; }

    public required string Uuid { get; init; }

    public required string Type { get; init; }

    public required AuthConfigToolkitAnswer Toolkit { get; init; }

    public required string Name { get; init; }

    public required string AuthScheme { get; init; }

    public required bool IsComposioManaged { get; init; }

    public required IReadOnlyDictionary<string, object> Credentials { get; init; }

    public object? ProxyConfig { get; init; }

    public required string Status { get; init; }

    public string CreatedBy { get; init; } = "";

    public required string CreatedAt { get; init; }

    public required string LastUpdatedAt { get; init; }

    public required int NoOfConnections { get; init; }

    public required IReadOnlyList<FieldAnswer> ExpectedInputFields { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? RestrictToFollowingTools { get; init; }

    public required ToolAccessAnswer ToolAccessConfig { get; init; }

    public required bool IsEnabledForToolRouter { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RedirectUri { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Branding? Branding { get; init; }
}

/// <summary>A field that somebody fills in, as the wire describes it.</summary>
internal sealed record FieldAnswer
{
    public required string Name { get; init; }

    [JsonPropertyName("displayName")]
    public required string DisplayName { get; init; }

    public required string Description { get; init; }

    public string Type { get; init; } = "string";

    public required bool Required { get; init; }

    public string? Default { get; init; }

    public required bool IsSecret { get; init; }
}

internal sealed record EmptyAnswer;
