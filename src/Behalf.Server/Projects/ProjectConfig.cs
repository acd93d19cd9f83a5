using System.Text.Json.Serialization;
using Behalf.Storage;
using Behalf.Wire;

namespace Behalf.Projects;

/// <summary>The published wire's settings of a project. Two of them can be chosen here; each of the others has one value.</summary>
internal sealed record ProjectConfigAnswer
{
    /// <summary>Projects have keys, not people who sign in.</summary>
    [JsonPropertyName("is_2FA_enabled")]
    public bool IsTwoFactorEnabled { get; init; }

    /// <summary>Credentials never leave.</summary>
    public bool MaskSecretKeysInConnectedAccount { get; init; } = true;

    /// <summary>Arguments and answers of tools are not kept.</summary>
    public string LogVisibilitySetting { get; init; } = "dont_store_data";

    public bool RequireMcpApiKey { get; init; } = true;

    /// <summary>Every connection goes over the Connect page.</summary>
    public bool IsComposioLinkEnabledForManagedAuth { get; init; } = true;

    /// <summary>The Connect page's title.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required string? DisplayName { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required string? LogoUrl { get; init; }

    public static ProjectConfigAnswer From(ProjectSettings settings) =>
        new() { DisplayName = settings.Branding.AppTitle, LogoUrl = settings.Branding.LogoUrl };
}

internal sealed record ProjectConfigRequest
{
    [JsonPropertyName("is_2FA_enabled")]
    public bool? IsTwoFactorEnabled { get; init; }

    public bool? MaskSecretKeysInConnectedAccount { get; init; }

    public string? LogVisibilitySetting { get; init; }

    public bool? RequireMcpApiKey { get; init; }

    public bool? IsComposioLinkEnabledForManagedAuth { get; init; }

    /// <summary>An empty text takes it away.</summary>
    public string? DisplayName { get; init; }

    /// <summary>An empty text takes it away.</summary>
    public string? LogoUrl { get; init; }

    /// <summary>What has one value may be sent back as it was read. Another value is refused: somebody relies on it.</summary>
    public ProjectSettings ApplyTo(ProjectSettings settings)
    {
        var only = ProjectConfigAnswer.From(settings);
        Same(IsTwoFactorEnabled ?? only.IsTwoFactorEnabled, only.IsTwoFactorEnabled, "is_2FA_enabled");
        Same(
            MaskSecretKeysInConnectedAccount ?? only.MaskSecretKeysInConnectedAccount,
            only.MaskSecretKeysInConnectedAccount,
            "mask_secret_keys_in_connected_account");
        Same(LogVisibilitySetting ?? only.LogVisibilitySetting, only.LogVisibilitySetting, "log_visibility_setting");
        Same(RequireMcpApiKey ?? only.RequireMcpApiKey, only.RequireMcpApiKey, "require_mcp_api_key");
        Same(
            IsComposioLinkEnabledForManagedAuth ?? only.IsComposioLinkEnabledForManagedAuth,
            only.IsComposioLinkEnabledForManagedAuth,
            "is_composio_link_enabled_for_managed_auth");
        return settings with
        {
            Branding = settings.Branding with
            {
                AppTitle = DisplayName is "" ? null : DisplayName ?? settings.Branding.AppTitle,
                LogoUrl = LogoUrl is "" ? null : LogoUrl ?? settings.Branding.LogoUrl,
            },
        };
    }

    private static void Same<T>(T asked, T only, string field)
        where T : IEquatable<T>
    {
        if (!asked.Equals(only))
        {
            throw new Problem(
                Refusal.InvalidRequest, $"{field} is always {$"{only}".ToLowerInvariant()} on this server.", $"Leave {field} out.");
        }
    }
}

/// <summary><c>/org/project/config</c>: the caller's own project, under its published names.</summary>
internal static class ProjectConfig
{
    public static async Task<ProjectConfigAnswer> GetAsync(CallerParameter caller, IDatabase database, CancellationToken ct) =>
        ProjectConfigAnswer.From(await database.GetSettingsAsync(caller.Caller.Project, ct));

    public static async Task<ProjectConfigAnswer> UpdateAsync(
        CallerParameter caller, ProjectConfigRequest body, IDatabase database, CancellationToken ct)
    {
        var row = await ManageProject.ChangeAsync(caller, null, body.ApplyTo, database, ct);
        return ProjectConfigAnswer.From(ProjectSettings.Parse(row.Settings));
    }
}
