using System.Text.Json;
using System.Text.Json.Serialization;
using Behalf.Wire;

namespace Behalf.Projects;

/// <summary>What a project decides for all of its users.</summary>
internal sealed record ProjectSettings
{
    /// <summary>Where a finished connection may send the browser. Empty: a project key may name any https or loopback URL.</summary>
    public IReadOnlyList<string> CallbackUrls { get; init; } = [];

    /// <summary><c>link</c>: whoever holds the link finishes it. <c>confirm</c>: the application confirms who finished.</summary>
    public string ConnectVerification { get; init; } = "link";

    /// <summary>The application's page that gets <c>session_uri</c> and confirms its signed-in user.</summary>
    public string? VerifierUrl { get; init; }

    public Branding Branding { get; init; } = new();

    /// <summary>The page that has to confirm who finished; null where nobody has to.</summary>
    [JsonIgnore]
    public string? Confirmer => ConnectVerification == "confirm" ? VerifierUrl : null;

    public static ProjectSettings Parse(string text) =>
        JsonSerializer.Deserialize(text, ProjectJson.Default.ProjectSettings) ?? new ProjectSettings();

    public string ToText() => JsonSerializer.Serialize(this, ProjectJson.Default.ProjectSettings);

    /// <summary>Refuses what could not work, or would send people somewhere unsafe.</summary>
    public ProjectSettings Checked()
    {
        if (CallbackUrls.Count > 50 || CallbackUrls.Any(u => !WebUrl.IsSafe(u)))
        {
            throw new Problem(Refusal.InvalidRequest, "callback_urls takes at most 50 https URLs (http on loopback).");
        }

        if (ConnectVerification is not ("link" or "confirm"))
        {
            throw new Problem(Refusal.InvalidRequest, "connect_verification is link or confirm.");
        }

        if (VerifierUrl is not null && !WebUrl.IsSafe(VerifierUrl))
        {
            throw new Problem(Refusal.InvalidRequest, "verifier_url must be an https URL (http on loopback).");
        }

        if (ConnectVerification == "confirm" && VerifierUrl is null)
        {
            throw new Problem(Refusal.InvalidRequest, "connect_verification confirm needs verifier_url.");
        }

        Branding.Check();
        return this;
    }
}

/// <summary>How the Connect page looks: an auth config may replace each field.</summary>
internal sealed record Branding
{
    public string? AppTitle { get; init; }

    public string? LogoUrl { get; init; }

    /// <summary><c>#rrggbb</c>.</summary>
    public string? AccentColor { get; init; }

    public void Check()
    {
        WireText.Optional(AppTitle, "branding.app_title", 80);
        if (LogoUrl is not null && !(WebUrl.IsSafe(LogoUrl) && LogoUrl.StartsWith("https:", StringComparison.Ordinal)))
        {
            throw new Problem(Refusal.InvalidRequest, "branding.logo_url must be an https URL.");
        }

        if (AccentColor is not null && !(AccentColor.Length == 7 && AccentColor[0] == '#' && AccentColor.Skip(1).All(char.IsAsciiHexDigit)))
        {
            throw new Problem(Refusal.InvalidRequest, "branding.accent_color is a colour such as #2563eb.");
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip)]
[JsonSerializable(typeof(ProjectSettings))]
internal sealed partial class ProjectJson : JsonSerializerContext;
