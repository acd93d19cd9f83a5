using System.Text.Json;
using System.Text.Json.Serialization;
using Behalf.Accounts;
using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.Connect;
using Behalf.Accounts.Revocation;
using Behalf.Catalog;
using Behalf.Storage;
using Behalf.Wire;
using Microsoft.AspNetCore.Mvc;

namespace Behalf.Gateway.Entities;

internal sealed record ConnectionAnswer
{
    public required string Id { get; init; }

    public required string Status { get; init; }

    /// <summary>Why, where the state alone does not say. Ours, not the published wire's.</summary>
    public required string? StatusReason { get; init; }

    public required string CreatedAt { get; init; }

    public required string UpdatedAt { get; init; }

    /// <summary>The slug, in lower case: applications compare it with a name that they wrote themselves.</summary>
    public required string AppName { get; init; }

    public string AppUniqueId => AppName;

    public required string IntegrationId { get; init; }

    public required string EntityId { get; init; }

    public string ClientUniqueUserId => EntityId;

    /// <summary>What is known of the connection and no secret; credentials never leave.</summary>
    public required IReadOnlyDictionary<string, string> ConnectionParams { get; init; }

    public required bool IsDisabled { get; init; }

    public bool Enabled => !IsDisabled;

    public bool Deleted { get; init; }

    public IReadOnlyList<string> Labels { get; init; } = [];

    public required string Logo { get; init; }

    /// <summary>What the provider calls the account. Ours, not the published wire's.</summary>
    public required string? AccountLabel { get; init; }

    /// <summary>With the two below, on <c>…/info</c> alone: what a client would call the provider with by itself. The Python client
    /// insists on them; no credential is among them.</summary>
    [JsonPropertyName("base_url")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? BaseUrl { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Body { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Parameters { get; init; }
}

/// <summary>How accounts look on the older wire.</summary>
internal sealed class ShowConnection(ShowAuthConfig configs)
{
    public ConnectionAnswer Show(AccountRow row)
    {
        var known = JsonSerializer.Deserialize(row.Params, ConnectJson.Default.DictionaryStringString) ?? [];
        if (row.Scopes.Length > 0)
        {
            known["scope"] = row.Scopes;
        }

        return new ConnectionAnswer
        {
            Id = row.AccountId.ToString(),
            Status = row.Status.WireName(),
            StatusReason = row.StatusReason,
            CreatedAt = WireText.Time(row.CreatedAt),
            UpdatedAt = WireText.Time(row.UpdatedAt),
            AppName = row.Toolkit,
            IntegrationId = row.AuthConfigId.ToString(),
            EntityId = row.ExternalUser,
            ConnectionParams = known,
            IsDisabled = row.Status == AccountStatus.Inactive,
            Logo = configs.LogoUrl(row.Toolkit),
            AccountLabel = row.SubjectLabel,
        };
    }
}

/// <summary>Connected accounts: listed, read, switched on and off, deleted.</summary>
internal static class Connections
{
    internal sealed record Filters
    {
        /// <summary>One user, exactly: a comma may be part of a name, so nothing is split.</summary>
        [FromQuery(Name = "user_uuid")]
        public string? UserUuid { get; init; }

        [FromQuery(Name = "entityId")]
        public string? EntityId { get; init; }

        [FromQuery(Name = "appNames")]
        public string? AppNames { get; init; }

        [FromQuery(Name = "integrationId")]
        public string? IntegrationId { get; init; }

        [FromQuery(Name = "connectionId")]
        public string? ConnectionId { get; init; }

        [FromQuery(Name = "status")]
        public string? Status { get; init; }

        /// <summary>Taken and not followed; <c>docs/decisions</c> says why. <c>status</c> narrows.</summary>
        [FromQuery(Name = "showActiveOnly")]
        public string? ShowActiveOnly { get; init; }

        [FromQuery(Name = "page")]
        public int? Page { get; init; }

        [FromQuery(Name = "pageSize")]
        public int? PageSize { get; init; }
    }

    public static async Task<EntityPage<ConnectionAnswer>> ListAsync(
        CallerParameter caller, [AsParameters] Filters filters, FindAccounts accounts, ToolCatalog catalog, ShowConnection show, CancellationToken ct)
    {
        var page = EntityPages.Read(filters.Page, filters.PageSize);
        var found = await accounts.WorkingLastAsync(
            caller,
            new AccountFilter
            {
                Users = User(filters.UserUuid, filters.EntityId),
                Toolkits = QueryText.List(filters.AppNames)?.Select(catalog.CanonicalToolkit).ToList(),
                Statuses = QueryText.List(filters.Status)?.Select(AccountStatuses.Parse).OfType<AccountStatus>().ToList(),
                AuthConfigs = QueryText.Ids<IdKinds.AuthConfig>(filters.IntegrationId),
                Accounts = QueryText.Ids<IdKinds.Account>(filters.ConnectionId),
            },
            page,
            ct);
        return page.ToEntityPage(found.Rows.Select(show.Show), found.Total);
    }

    public static async Task<ConnectionAnswer> GetAsync(
        CallerParameter caller, string id, IDatabase database, ShowConnection show, CancellationToken ct) =>
        show.Show(await database.GetAccountAsync(caller, id, ct));

    public static async Task<ConnectionAnswer> InfoAsync(
        CallerParameter caller, string id, IDatabase database, ToolCatalog catalog, ShowConnection show, CancellationToken ct)
    {
        var row = await database.GetAccountAsync(caller, id, ct);
        var server = catalog.TryGetToolkit(row.Toolkit, out var toolkit) ? toolkit.Servers.GetValueOrDefault(Toolkit.DefaultServer) : null;
        return show.Show(row) with { BaseUrl = server?.Text ?? "", Body = new Dictionary<string, string>(), Parameters = [] };
    }

    public static async Task<DoneAnswer> DeleteAsync(
        CallerParameter caller, string id, [FromQuery(Name = "revoke_on_delete")] string? revoke, EndAccounts ends, CancellationToken ct)
    {
        await EndAccounts.DeleteAsync(caller, id, revoke, ends, ct);
        return new DoneAnswer();
    }

    public static Task<DoneAnswer> EnableAsync(CallerParameter caller, string id, IDatabase database, CancellationToken ct) =>
        SetEnabledAsync(caller, id, true, database, ct);

    public static Task<DoneAnswer> DisableAsync(CallerParameter caller, string id, IDatabase database, CancellationToken ct) =>
        SetEnabledAsync(caller, id, false, database, ct);

    private static async Task<DoneAnswer> SetEnabledAsync(
        CallerParameter caller, string id, bool enabled, IDatabase database, CancellationToken ct)
    {
        await ManageAccounts.SetEnabledAsync(caller, id, new SetEnabledRequest { Enabled = enabled }, database, ct);
        return new DoneAnswer();
    }

    /// <summary>An entity whose id is empty is a mistake of the application's; answering it with everybody's accounts would be ours.</summary>
    private static IReadOnlyList<string>? User(string? uuid, string? entity)
    {
        var named = uuid ?? entity;
        if (uuid is not null && entity is not null && uuid != entity)
        {
            throw new Problem(Refusal.InvalidRequest, "user_uuid and entityId name two users.");
        }

        return named is null ? null : [WireText.UserId(named)];
    }
}
