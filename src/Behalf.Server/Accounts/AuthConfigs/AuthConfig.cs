using Behalf.Catalog;
using Behalf.Storage;
using Behalf.Vault;

namespace Behalf.Accounts.AuthConfigs;

internal sealed record AuthConfigRow
{
    public required Id<IdKinds.Project> ProjectId { get; init; }

    public required Id<IdKinds.AuthConfig> AuthConfigId { get; init; }

    public required string Toolkit { get; init; }

    public required string Scheme { get; init; }

    public required string Name { get; init; }

    public required bool Managed { get; init; }

    public required bool Enabled { get; init; }

    public required string? ClientId { get; init; }

    public required string Settings { get; init; }

    /// <summary>Counts the writes of the client secret; 0 while there is none.</summary>
    public required long SecretVersion { get; init; }

    public required long CreatedAt { get; init; }

    public required long UpdatedAt { get; init; }
}

/// <summary>An auth config with the toolkit it is for.</summary>
internal sealed record AuthConfig(AuthConfigRow Row, Toolkit Toolkit, AuthScheme Scheme, AuthConfigSettings Settings)
{
    public Id<IdKinds.AuthConfig> Id => Row.AuthConfigId;

    /// <summary>The owner of the client secret in the vault.</summary>
    public SecretOwner SecretOwner => new()
    {
        Project = Row.ProjectId,
        Id = Row.AuthConfigId.As<IdKinds.SecretOwner>(),
        Toolkit = Row.Toolkit,
    };

    public SecretPlace SecretPlace(long version) => new() { Owner = SecretOwner, Kind = SecretKind.ClientSecret, Version = version };

    /// <summary>What is asked of the user: what the config says, else the toolkit's defaults, and what is always asked.</summary>
    public IReadOnlyList<string> Scopes => Scheme switch
    {
        OAuth2Scheme oauth => [.. (Settings.UserScopes ?? Settings.Scopes ?? oauth.DefaultScopes).Union(oauth.Quirks.ScopesAlwaysAsked)],
        ClientCredentialsScheme client => Settings.Scopes ?? client.DefaultScopes,
        _ => [],
    };
}

internal static class AuthConfigStore
{
    public const string Columns =
        "project_id, auth_config_id, toolkit, scheme, name, managed, enabled, client_id, settings, secret_version, created_at, updated_at";

    public static Task<AuthConfigRow?> FindAuthConfigAsync(
        this IDatabase database, Id<IdKinds.Project> project, Id<IdKinds.AuthConfig> id, CancellationToken ct) =>
        database.FindAsync<AuthConfigRow>(
            RowScope.Of(project),
            $"select {Columns} from auth_config where project_id = @project and auth_config_id = @id",
            new { project, id },
            ct);

    /// <summary>Null if the toolkit or the scheme is no longer in the catalogue.</summary>
    public static AuthConfig? Resolve(this ToolCatalog catalog, AuthConfigRow row) =>
        catalog.TryGetToolkit(row.Toolkit, out var toolkit) && AuthModes.TryParseWire(row.Scheme, out var mode)
        && toolkit.Scheme(mode) is { } scheme
            ? new AuthConfig(row, toolkit, scheme, AuthConfigSettings.Parse(row.Settings))
            : null;
}
