using System.Text.Json;
using Behalf.Accounts.Connect;
using Behalf.Storage;
using Behalf.Vault;

namespace Behalf.Accounts;

/// <summary>One account of one user under one auth config.</summary>
internal record AccountRow
{
    public required Id<IdKinds.Project> ProjectId { get; init; }

    public required Id<IdKinds.Account> AccountId { get; init; }

    public required Id<IdKinds.User> UserId { get; init; }

    /// <summary>The user as the application names them.</summary>
    public required string ExternalUser { get; init; }

    public required Id<IdKinds.AuthConfig> AuthConfigId { get; init; }

    public required string Toolkit { get; init; }

    public required string Scheme { get; init; }

    public required AccountStatus Status { get; init; }

    public required string? StatusReason { get; init; }

    public required string? Alias { get; init; }

    public required string WordId { get; init; }

    /// <summary>The provider's own id of the account.</summary>
    public required string? Subject { get; init; }

    public required string? SubjectLabel { get; init; }

    /// <summary>Granted, separated by one space.</summary>
    public required string Scopes { get; init; }

    /// <summary>Connection variables that are no secrets, as JSON.</summary>
    public required string Params { get; init; }

    /// <summary>Counts the writes of the credential; 0 while there is none.</summary>
    public required long CredVersion { get; init; }

    public required long CreatedAt { get; init; }

    public required long UpdatedAt { get; init; }

    public SecretOwner SecretOwner => new()
    {
        Project = ProjectId,
        Id = AccountId.As<IdKinds.SecretOwner>(),
        User = UserId,
        Toolkit = Toolkit,
    };

    public SecretPlace SecretPlace(long version) => new() { Owner = SecretOwner, Kind = SecretKind.Credential, Version = version };

    /// <summary><see cref="Params"/>, read; a copy of the caller's own.</summary>
    public Dictionary<string, string> Variables => Params == "{}" ? [] : JsonSerializer.Deserialize(Params, ConnectJson.Default.DictionaryStringString) ?? [];

    public IReadOnlyList<string> GrantedScopes => Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

internal static class AccountStore
{
    public const string Columns =
        """
        project_id, account_id, user_id, external_user, auth_config_id, toolkit, scheme, status, status_reason, alias, word_id,
        subject, subject_label, scopes, params, cred_version, created_at, updated_at
        """;

    public static Task<AccountRow?> FindAccountAsync(
        this IDatabase database, Id<IdKinds.Project> project, Id<IdKinds.Account> account, CancellationToken ct) =>
        database.FindAsync<AccountRow>(
            RowScope.Of(project),
            $"select {Columns} from account where project_id = @project and account_id = @account",
            new { project, account },
            ct);

    public static ValueTask<AccountRow?> FindAccountAsync(
        this WriteSession session, Id<IdKinds.Project> project, Id<IdKinds.Account> account) =>
        session.FindAsync<AccountRow>(
            $"select {Columns} from account where project_id = @project and account_id = @account{session.ForUpdate}",
            new { project, account });

    public static ValueTask<int> SetStatusAsync(
        this WriteSession session, Id<IdKinds.Project> project, Id<IdKinds.Account> account, AccountStatus status, string? reason) =>
        session.ExecuteAsync(
            """
            update account set status = @status, status_reason = @reason, updated_at = behalf_now()
            where project_id = @project and account_id = @account
            """,
            new { project, account, status, reason });
}
