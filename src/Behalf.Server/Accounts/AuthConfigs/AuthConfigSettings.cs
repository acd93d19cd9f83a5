using System.Text.Json;
using System.Text.Json.Serialization;
using Behalf.Projects;

namespace Behalf.Accounts.AuthConfigs;

/// <summary>How a project connects a toolkit, apart from the secret.</summary>
internal sealed record AuthConfigSettings
{
    /// <summary>Null: the toolkit's default scopes.</summary>
    public IReadOnlyList<string>? Scopes { get; init; }

    /// <summary>Scopes in the name of the user, where a provider keeps them apart from the app's own (Slack).</summary>
    public IReadOnlyList<string>? UserScopes { get; init; }

    /// <summary>Tools that may be run through this config; null means all of the toolkit's.</summary>
    public IReadOnlyList<string>? AllowedTools { get; init; }

    public Branding? Branding { get; init; }

    /// <summary>Connection fields that the project fills in for all of its users.</summary>
    public IReadOnlyDictionary<string, string> Fields { get; init; } = new Dictionary<string, string>();

    public bool IsEnabledForToolRouter { get; init; } = true;

    public static AuthConfigSettings Parse(string text) =>
        JsonSerializer.Deserialize(text, AuthConfigSettingsJson.Default.AuthConfigSettings) ?? new AuthConfigSettings();

    public string ToText() => JsonSerializer.Serialize(this, AuthConfigSettingsJson.Default.AuthConfigSettings);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AuthConfigSettings))]
internal sealed partial class AuthConfigSettingsJson : JsonSerializerContext;
