using Behalf.Catalog;
using Behalf.Storage;
using Behalf.Wire;

namespace Behalf.Accounts.AuthConfigs;

/// <summary>Auth configs that something may be connected with: the caller's own, known to the catalogue, switched on.</summary>
internal sealed class UsableAuthConfigs(IDatabase database, ToolCatalog catalog)
{
    public async Task<AuthConfig> GetAsync(Caller caller, string? id, CancellationToken ct)
    {
        var config = await FindAsync(caller, WireText.Required(id, "auth_config_id", 64), ct) ?? throw new Problem(Refusal.NotFound);
        if (!config.Row.Enabled)
        {
            throw new Problem(Refusal.Conflict, "The auth config is disabled.", "Enable it, or use another one.");
        }

        if (caller.Toolkits?.Contains(config.Toolkit.Slug) == false)
        {
            throw new Problem(Refusal.ForeignUser);
        }

        return config;
    }

    /// <summary>Null if the project has no such config, or the catalogue no longer knows its toolkit.</summary>
    public async Task<AuthConfig?> FindAsync(Caller caller, string id, CancellationToken ct) =>
        Id<IdKinds.AuthConfig>.TryParse(id, out var key)
        && await database.FindAuthConfigAsync(caller.Project, key, ct) is { } row
            ? catalog.Resolve(row)
            : null;

    /// <summary>The project's first usable config of a toolkit: one with its client id before one that still lacks it, an
    /// own app before a managed one, the oldest of those.</summary>
    /// <param name="project">Whose.</param>
    /// <param name="toolkit">Canonical slug.</param>
    /// <param name="scheme">Null for any.</param>
    /// <param name="clientId">Of the app at the provider; null for any.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<AuthConfig?> FirstOfToolkitAsync(
        Id<IdKinds.Project> project, string toolkit, AuthMode? scheme, string? clientId, CancellationToken ct)
    {
        var row = await database.FindAsync<AuthConfigRow>(
            RowScope.Of(project),
            $"""
            select {AuthConfigStore.Columns} from auth_config where project_id = @project and toolkit = @toolkit and enabled
              and (@scheme is null or scheme = @scheme) and (@clientId is null or client_id = @clientId)
            order by case when scheme = 'OAUTH2' and client_id is null then 1 else 0 end, managed, created_at limit 1
            """,
            new { project, toolkit, scheme = scheme?.WireName(), clientId },
            ct);
        return row is null ? null : catalog.Resolve(row);
    }
}
