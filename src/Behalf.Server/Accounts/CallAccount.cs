using Behalf.Accounts.AuthConfigs;
using Behalf.Catalog;
using Behalf.Storage;
using Behalf.Vault;

namespace Behalf.Accounts;

/// <summary>An account with all that a call needs, read in one round trip: its config, its sealed credential, its times.</summary>
internal sealed record CallAccount : AccountRow
{
    private AuthConfigSettings? _settings;

    public required string ConfigSettings { get; init; }

    public required bool ConfigEnabled { get; init; }

    public byte[]? Ciphertext { get; init; }

    public short? DataKeyVersion { get; init; }

    public byte[]? WrappedDataKey { get; init; }

    public long? ExpiresAt { get; init; }

    public long? LastUsedAt { get; init; }

    /// <summary>The fence of its refreshes as it stood when the row was read; null where nothing is ever refreshed.</summary>
    public long? RefreshEpoch { get; init; }

    /// <summary>Since when the deployment is sealed, as it stood when the row was read: so that a call refuses on every node
    /// from the moment of the sealing, and not only when the node has noticed.</summary>
    public long? SealedAt { get; init; }

    /// <summary>The database's time when the row was read.</summary>
    public required long Now { get; init; }

    /// <summary>Null where there is no credential: never connected, revoked, or an open API.</summary>
    public SecretRow? Secret => Ciphertext is { } ciphertext && DataKeyVersion is { } version && WrappedDataKey is { } wrapped
        ? new SecretRow { Ciphertext = ciphertext, DataKeyVersion = version, WrappedDataKey = wrapped }
        : null;

    public AuthConfigSettings Settings => _settings ??= AuthConfigSettings.Parse(ConfigSettings);
}

internal static class CallAccountStore
{
    private static readonly string Select =
        $"""
        select {string.Join(", ", AccountStore.Columns.Split(',').Select(c => "a." + c.Trim()))},
          c.settings as config_settings, c.enabled as config_enabled,
          s.ciphertext, s.data_key_version, d.wrapped as wrapped_data_key, r.expires_at, r.last_used_at, r.epoch as refresh_epoch, behalf_now() as now,
          (select sealed_at from deployment) as sealed_at
        from account a
        join auth_config c on c.project_id = a.project_id and c.auth_config_id = a.auth_config_id
        left join secret s on s.project_id = a.project_id and s.owner_id = a.account_id and s.kind = {(short)SecretKind.Credential}
        left join data_key d on d.project_id = s.project_id and d.owner_id = s.owner_id and d.version = s.data_key_version
        left join account_refresh r on r.project_id = a.project_id and r.account_id = a.account_id
        """;

    private static readonly string ById = Select + " where a.project_id = @project and a.account_id = @account";

    private static readonly string ByUser = Select +
        """
         where a.project_id = @project and a.toolkit = @toolkit and a.status <> 0
          and a.user_id = (select user_id from app_user where project_id = @project and external_id = @user)
          and (@alias is null or a.alias = @alias or a.word_id = @alias)
        order by case when a.status = 2 and c.enabled then 0 when a.status in (3, 4, 5, 6) then 1 else 2 end, a.created_at desc
        limit 1
        """;

    public static Task<CallAccount?> FindCallAccountAsync(
        this IDatabase database, Id<IdKinds.Project> project, Id<IdKinds.Account> account, CancellationToken ct) =>
        database.FindAsync<CallAccount>(RowScope.Of(project), ById, new { project, account }, ct);

    /// <summary>The user's account of the toolkit: with an alias the one of that name, else the one that is ACTIVE and was
    /// connected last; else the one to say "connect again" about.</summary>
    public static Task<CallAccount?> FindCallAccountAsync(
        this IDatabase database, Id<IdKinds.Project> project, string user, string toolkit, string? alias, CancellationToken ct) =>
        database.FindAsync<CallAccount>(RowScope.Of(project), ByUser, new { project, user, toolkit, alias }, ct);
}
