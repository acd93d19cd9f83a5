using System.Text.Json;
using System.Text.Json.Serialization;
using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.Revocation;
using Behalf.Wire;
using Microsoft.AspNetCore.Mvc;

namespace Behalf.Gateway.Entities;

/// <summary>What the Python client asks for before each connection.</summary>
internal sealed record IntegrationRequest
{
    public string? AppId { get; init; }

    public string? Name { get; init; }

    public string? AuthScheme { get; init; }

    public Dictionary<string, JsonElement>? AuthConfig { get; init; }

    public bool? UseComposioAuth { get; init; }

    public bool? ForceNewIntegration { get; init; }
}

/// <summary>The same in the words of the JavaScript client.</summary>
internal sealed record IntegrationOfAppRequest
{
    public AppReference? App { get; init; }

    public IntegrationSettings? Config { get; init; }

    public IntegrationWish ToWish(bool alwaysNew) => new()
    {
        App = App?.UniqueKey,
        Name = Config?.Name,
        AuthScheme = Config?.AuthScheme,
        Secrets = Config?.IntegrationSecrets,
        AlwaysNew = alwaysNew,
    };
}

internal sealed record AppReference
{
    public string? UniqueKey { get; init; }

    public string? IntegrationId { get; init; }
}

internal sealed record IntegrationSettings
{
    public string? Name { get; init; }

    public string? AuthScheme { get; init; }

    public Dictionary<string, JsonElement>? IntegrationSecrets { get; init; }
}

internal sealed record IntegrationAnswer
{
    public required string Id { get; init; }

    /// <summary>What the second version of the wire calls <see cref="Id"/>.</summary>
    public string IntegrationId => Id;

    public required string Name { get; init; }

    public required string AuthScheme { get; init; }

    public required string CreatedAt { get; init; }

    public required string UpdatedAt { get; init; }

    public required bool Enabled { get; init; }

    public bool Deleted { get; init; }

    public required string AppId { get; init; }

    public required string AppName { get; init; }

    public required string Logo { get; init; }

    public required bool UseComposioAuth { get; init; }

    /// <summary>Always empty: what it holds is nobody's to read.</summary>
    public IReadOnlyDictionary<string, string> AuthConfig { get; init; } = new Dictionary<string, string>();

    public required IReadOnlyList<EntityFieldAnswer> ExpectedInputFields { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? LimitedActions { get; init; }

    public static IntegrationAnswer Of(AuthConfigAnswer config) => new()
    {
        Id = config.Id,
        Name = config.Name,
        AuthScheme = config.AuthScheme,
        CreatedAt = config.CreatedAt,
        UpdatedAt = config.LastUpdatedAt,
        Enabled = config.Status == "ENABLED",
        AppId = config.Toolkit.Slug,
        AppName = config.Toolkit.Slug,
        Logo = config.Toolkit.Logo,
        UseComposioAuth = config.IsComposioManaged,
        ExpectedInputFields = [.. config.ExpectedInputFields.Select(field => EntityFieldAnswer.Of(field, ofUser: true))],
        LimitedActions = config.RestrictToFollowingTools,
    };
}

/// <summary>Auth configs as the older wire calls them.</summary>
internal static class Integrations
{
    public static Task<IntegrationAnswer> CreateAsync(
        CallerParameter caller, IntegrationRequest body, FindIntegration find, ManageAuthConfigs configs, CancellationToken ct) =>
        AnswerAsync(
            caller,
            new IntegrationWish
            {
                App = body.AppId,
                Name = body.Name,
                AuthScheme = body.AuthScheme,
                Secrets = body.UseComposioAuth == true ? null : body.AuthConfig,
                AlwaysNew = body.ForceNewIntegration == true,
            },
            find,
            configs,
            ct);

    public static Task<IntegrationAnswer> CreateForAppAsync(
        CallerParameter caller, IntegrationOfAppRequest body, FindIntegration find, ManageAuthConfigs configs, CancellationToken ct) =>
        AnswerAsync(caller, body.ToWish(alwaysNew: true), find, configs, ct);

    public static Task<IntegrationAnswer> GetOrCreateAsync(
        CallerParameter caller, IntegrationOfAppRequest body, FindIntegration find, ManageAuthConfigs configs, CancellationToken ct) =>
        AnswerAsync(caller, body.ToWish(alwaysNew: false), find, configs, ct);

    public static Task<EntityPage<IntegrationAnswer>> ListAsync(
        CallerParameter caller, string? appName, string? appId, bool? showDisabled, ManageAuthConfigs configs, CancellationToken ct) =>
        ListAsync(caller, appName ?? appId, showDisabled == true, configs, ct);

    public static Task<EntityPage<IntegrationAnswer>> SearchAsync(
        CallerParameter caller, IntegrationOfAppRequest body, ManageAuthConfigs configs, CancellationToken ct) =>
        ListAsync(caller, body.App?.UniqueKey, disabledToo: false, configs, ct);

    public static async Task<IntegrationAnswer> GetAsync(
        CallerParameter caller, string id, ManageAuthConfigs configs, CancellationToken ct) =>
        IntegrationAnswer.Of(await ManageAuthConfigs.GetAsync(caller, id, configs, ct));

    /// <summary>Takes its accounts along, as deleting an auth config does.</summary>
    public static async Task<DoneAnswer> DeleteAsync(
        CallerParameter caller, string id, [FromQuery(Name = "revoke_on_delete")] string? revoke, EndAccounts ends, CancellationToken ct)
    {
        await EndAccounts.DeleteConfigAsync(caller, id, revoke, ends, ct);
        return new DoneAnswer();
    }

    private static async Task<IntegrationAnswer> AnswerAsync(
        CallerParameter caller, IntegrationWish wish, FindIntegration find, ManageAuthConfigs configs, CancellationToken ct)
    {
        var config = await find.RunAsync(caller, wish, ct);
        return IntegrationAnswer.Of(await ManageAuthConfigs.GetAsync(caller, config.Id.ToString(), configs, ct));
    }

    private static async Task<EntityPage<IntegrationAnswer>> ListAsync(
        CallerParameter caller, string? app, bool disabledToo, ManageAuthConfigs configs, CancellationToken ct)
    {
        var filters = new ManageAuthConfigs.Filters { ToolkitSlug = app, ShowDisabled = disabledToo ? "true" : "false", Limit = 1000 };
        var found = await ManageAuthConfigs.ListAsync(caller, filters, configs, ct);
        return new EntityPage<IntegrationAnswer>
        {
            Items = [.. found.Items.Select(IntegrationAnswer.Of)],
            Page = 1,
            TotalPages = found.TotalPages,
        };
    }
}
