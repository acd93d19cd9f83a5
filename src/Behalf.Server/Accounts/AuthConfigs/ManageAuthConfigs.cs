using System.Text;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Storage;
using Behalf.Vault;
using Behalf.Wire;
using Microsoft.AspNetCore.Mvc;

namespace Behalf.Accounts.AuthConfigs;

/// <summary>The auth configs of a project: listed, read, changed, switched on and off.</summary>
internal sealed class ManageAuthConfigs(IDatabase database, ToolCatalog catalog, SecretVault vault, ShowAuthConfig show)
{
    public sealed record Filters
    {
        [FromQuery(Name = "toolkit_slug")]
        public string? ToolkitSlug { get; init; }

        [FromQuery(Name = "is_composio_managed")]
        public string? IsManaged { get; init; }

        [FromQuery(Name = "show_disabled")]
        public string? ShowDisabled { get; init; }

        [FromQuery(Name = "search")]
        public string? Search { get; init; }

        [FromQuery(Name = "limit")]
        public int? Limit { get; init; }

        [FromQuery(Name = "cursor")]
        public string? Cursor { get; init; }
    }

    public static Task<Page<AuthConfigAnswer>> ListAsync(
        CallerParameter caller, [AsParameters] Filters filters, ManageAuthConfigs configs, CancellationToken ct) =>
        configs.ListAsync(caller.Caller.Project, filters, ct);

    public static Task<AuthConfigAnswer> GetAsync(CallerParameter caller, string id, ManageAuthConfigs configs, CancellationToken ct) =>
        configs.GetAsync(caller.Caller.Project, WireText.Id<IdKinds.AuthConfig>(id), ct);

    public static async Task<EmptyAnswer> UpdateAsync(
        CallerParameter caller, string id, AuthConfigRequest body, ManageAuthConfigs configs, CancellationToken ct)
    {
        await configs.UpdateAsync(caller, WireText.Id<IdKinds.AuthConfig>(id), body, ct);
        return new EmptyAnswer();
    }

    public static async Task<EmptyAnswer> SetStatusAsync(
        CallerParameter caller, string id, string status, IDatabase database, CancellationToken ct)
    {
        bool enabled = status.ToUpperInvariant() switch
        {
            "ENABLED" => true,
            "DISABLED" => false,
            _ => throw new Problem(Refusal.InvalidRequest, "The status is ENABLED or DISABLED."),
        };
        var key = WireText.Id<IdKinds.AuthConfig>(id);
        var project = caller.Caller.Project;
        var changed = await database.WriteAsync(
            RowScope.Of(project),
            async session =>
            {
                var there = await session.ExecuteAsync(
                    "update auth_config set enabled = @enabled, updated_at = behalf_now() where project_id = @project and auth_config_id = @key",
                    new { project, key, enabled });
                if (there == 1)
                {
                    await session.AppendAsync(AuditEvent.By(caller, AuditActions.AuthConfigUpdated) with
                    {
                        Detail = $"{{\"auth_config\":\"{key}\",\"enabled\":{(enabled ? "true" : "false")}}}",
                    });
                }

                return there;
            },
            ct);
        return changed == 1 ? new EmptyAnswer() : throw new Problem(Refusal.NotFound);
    }

    private async Task<AuthConfigAnswer> GetAsync(Id<IdKinds.Project> project, Id<IdKinds.AuthConfig> key, CancellationToken ct)
    {
        var row = await database.FindAuthConfigAsync(project, key, ct);
        return row is not null && catalog.Resolve(row) is { } config
            ? show.Show(config, (await CountConnectionsAsync(project, [key], ct)).GetValueOrDefault(key))
            : throw new Problem(Refusal.NotFound);
    }

    private async Task<Page<AuthConfigAnswer>> ListAsync(Id<IdKinds.Project> project, Filters filters, CancellationToken ct)
    {
        const string Where =
            """
            project_id = @project and (@toolkits = 0 or toolkit in @slugs) and (@managed is null or managed = @managed)
              and (enabled or @disabled) and (@search is null or lower(name) like @search or toolkit like @search)
            """;
        var page = PageRequest.Parse(filters.Limit, filters.Cursor, most: 1000);
        var slugs = (QueryText.List(filters.ToolkitSlug) ?? []).Select(catalog.CanonicalToolkit).ToList();
        var args = new
        {
            project,
            toolkits = slugs.Count,
            slugs,
            managed = Flag(filters.IsManaged),
            disabled = Flag(filters.ShowDisabled) ?? false,
            search = filters.Search is { Length: > 0 } search ? $"%{search.ToLowerInvariant()}%" : null,
            key = page.After?.Key ?? long.MaxValue,
            id = page.After?.Id ?? [],
            most = page.Limit + 1,
        };
        var rows = await database.QueryAsync<AuthConfigRow>(
            RowScope.Of(project),
            $"""
            select {AuthConfigStore.Columns} from auth_config
            where {Where} and (created_at < @key or (created_at = @key and auth_config_id < @id))
            order by created_at desc, auth_config_id desc limit @most
            """,
            args,
            ct);
        var total = await database.FindAsync<int>(RowScope.Of(project), $"select count(*) from auth_config where {Where}", args, ct);
        var connections = await CountConnectionsAsync(project, [.. rows.Select(r => r.AuthConfigId)], ct);
        var shown = rows.Where(row => catalog.Resolve(row) is not null).ToList();
        return page.ToPage(
            shown,
            total,
            row => show.Show(catalog.Resolve(row)!, connections.GetValueOrDefault(row.AuthConfigId)),
            row => (row.CreatedAt, row.AuthConfigId.ToBytes()));
    }

    private async Task UpdateAsync(Caller caller, Id<IdKinds.AuthConfig> key, AuthConfigRequest body, CancellationToken ct)
    {
        if (await database.FindAuthConfigAsync(caller.Project, key, ct) is not { } before || catalog.Resolve(before) is not { } known)
        {
            throw new Problem(Refusal.NotFound);
        }

        var secret = before.Managed ? null : AuthConfigInput.Text(body.Credentials, "client_secret");
        var fresh = string.IsNullOrEmpty(secret)
            ? null
            : await vault.SealAsync(known.SecretPlace(before.SecretVersion + 1), Encoding.UTF8.GetBytes(secret), ct);
        var because = AuditEvent.By(caller, AuditActions.AuthConfigUpdated) with
        {
            Toolkit = before.Toolkit,
            Detail = $"{{\"auth_config\":\"{key}\"}}",
        };
        await database.WriteAsync(
            RowScope.Of(caller.Project),
            async session =>
            {
                var row = await session.FindAsync<AuthConfigRow>(
                    $"select {AuthConfigStore.Columns} from auth_config where project_id = @Project and auth_config_id = @key{session.ForUpdate}",
                    new { caller.Project, key });
                if (row is null || catalog.Resolve(row) is not { } config)
                {
                    throw new Problem(Refusal.NotFound);
                }

                await session.ExecuteAsync(
                    """
                    update auth_config set name = @name, client_id = @clientId, settings = @settings, secret_version = @version,
                      updated_at = behalf_now() where project_id = @Project and auth_config_id = @key
                    """,
                    new
                    {
                        caller.Project,
                        key,
                        name = WireText.Optional(body.Name, "name", 200) ?? row.Name,
                        clientId = row.Managed ? row.ClientId : AuthConfigInput.Text(body.Credentials, "client_id") ?? row.ClientId,
                        settings = Changed(config, body).ToText(),
                        version = fresh?.Place.Version ?? row.SecretVersion,
                    });
                if (fresh is null)
                {
                    await session.AppendAsync(because);
                }
                else
                {
                    await SecretVault.StoreAsync(session, fresh, because);
                }
            },
            ct);
    }

    /// <summary>What the body does not name stays as it is.</summary>
    private AuthConfigSettings Changed(AuthConfig config, AuthConfigRequest body)
    {
        var old = config.Settings;
        AuthConfigInput.RefuseWhatIsNotDone(body);
        body.Branding?.Check();
        var touchesTools = body.ToolAccessConfig?.ToolsAvailableForExecution is not null || body.RestrictToFollowingTools is not null;
        var fields = old.Fields.ToDictionary(f => f.Key, f => f.Value);
        foreach (var (name, value) in AuthConfigInput.Fields(body.Credentials, config.Toolkit))
        {
            fields[name] = value;
        }

        return old with
        {
            Scopes = AuthConfigInput.Names(body.Credentials?.GetValueOrDefault("scopes") ?? body.Scopes, "scopes") ?? old.Scopes,
            UserScopes = AuthConfigInput.Names(body.Credentials?.GetValueOrDefault("user_scopes") ?? body.UserScopes, "user_scopes") ?? old.UserScopes,
            AllowedTools = touchesTools ? AuthConfigInput.Tools(body, config.Toolkit, catalog) : old.AllowedTools,
            Branding = body.Branding ?? old.Branding,
            Fields = fields,
            IsEnabledForToolRouter = body.IsEnabledForToolRouter ?? old.IsEnabledForToolRouter,
        };
    }

    private async Task<Dictionary<Id<IdKinds.AuthConfig>, int>> CountConnectionsAsync(
        Id<IdKinds.Project> project, IReadOnlyList<Id<IdKinds.AuthConfig>> configs, CancellationToken ct)
    {
        if (configs.Count == 0)
        {
            return [];
        }

        var counts = await database.QueryAsync<Count>(
            RowScope.Of(project),
            "select auth_config_id, count(*) as number from account where project_id = @project and auth_config_id in @configs group by auth_config_id",
            new { project, configs = configs.Select(c => c.ToBytes()).ToList() },
            ct);
        return counts.ToDictionary(c => c.AuthConfigId, c => (int)c.Number);
    }

    private static bool? Flag(string? text) => text?.ToLowerInvariant() switch
    {
        null or "" => null,
        "true" or "1" => true,
        "false" or "0" => false,
        _ => throw new Problem(Refusal.InvalidRequest, "A flag is true or false."),
    };

    private sealed record Count
    {
        public required Id<IdKinds.AuthConfig> AuthConfigId { get; init; }

        public required long Number { get; init; }
    }
}
