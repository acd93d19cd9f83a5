using Behalf.Accounts;
using Behalf.Keys;
using Behalf.Keys.Local;
using Behalf.Storage;
using Behalf.Storage.Sqlite;
using Behalf.Vault;

namespace Behalf.Bench;

/// <summary>Puts very many accounts into a node's database, each like the one of its first user but with ids, a data key and a
/// sealed credential of its own: through the API it would take a quarter of an hour.</summary>
internal static class Fill
{
    private const int PerTransaction = 2000;

    private static readonly string[] Statements =
    [
        "insert into app_user (project_id, user_id, external_id, created_at) values (@project, @user, @name, @now)",
        """
        insert into account (project_id, account_id, user_id, external_user, auth_config_id, toolkit, scheme, status, word_id, scopes, params,
          cred_version, created_at, updated_at)
        select project_id, @account, @user, @name, auth_config_id, toolkit, scheme, status, @name, scopes, params, cred_version, @now, @now
        from account where project_id = @project and account_id = @like
        """,
        """
        insert into data_key (project_id, owner_id, version, user_id, toolkit, generation, wrapped, created_at)
        values (@project, @account, 1, @user, @toolkit, 1, @wrapped, @now)
        """,
        """
        insert into secret (project_id, owner_id, kind, version, data_key_version, ciphertext, created_at)
        values (@project, @account, @kind, @version, 1, @ciphertext, @now)
        """,
        """
        insert into account_refresh (project_id, account_id, status, due_at, rot_policy, last_used_at)
        select project_id, @account, status, due_at, rot_policy, @now from account_refresh where project_id = @project and account_id = @like
        """,
    ];

    /// <summary>Users <c>user_{from}</c> to <c>user_{to}</c>.</summary>
    public static async Task AccountsAsync(string folder, int from, int to)
    {
        await using var database = new SqliteDatabase(Path.Combine(folder, "behalf.db"), TimeProvider.System);
        var like = (await database.FindAsync<AccountRow>(
            RowScope.System, $"select {AccountStore.Columns} from account where external_user = 'user_1'", null, default))!;
        var deployment = await new ThisDeployment(database).IdAsync(default);
        var row = (await database.FindProjectKeyAsync(like.ProjectId, 1, default))!;
        var provider = new KeyFile(Path.Combine(folder, "keys.json"), TimeProvider.System);
        using var unwrapped = await provider.UnwrapAsync(row.ToWrappedKey(), row.Context(deployment), default);
        using var projectKey = new SealingKey(unwrapped.Span);
        var now = await database.NowAsync(default);
        for (var start = from; start <= to; start += PerTransaction)
        {
            var rows = Enumerable.Range(start, Math.Min(PerTransaction, to + 1 - start)).Select(i => Row(like, deployment, projectKey, now, i)).ToList();
            await database.WriteAsync(
                RowScope.System,
                async session =>
                {
                    foreach (var statement in Statements)
                    {
                        await session.ExecuteAsync(statement, rows);
                    }
                },
                default);
        }
    }

    private static object Row(AccountRow like, Id<IdKinds.Deployment> deployment, SealingKey projectKey, long now, int number)
    {
        var owner = like.SecretOwner with { Id = Id<IdKinds.SecretOwner>.New(), User = Id<IdKinds.User>.New() };
        using var dataKey = SecretBuffer.Random(SealingKey.KeyLength);
        var credential = new Credential { Fields = new Dictionary<string, string> { ["generic_api_key"] = $"key-{number}-{new string('k', 120)}" } };
        return new
        {
            project = owner.Project,
            account = owner.Id.As<IdKinds.Account>(),
            user = owner.User,
            name = $"user_{number}",
            like = like.AccountId,
            toolkit = owner.Toolkit,
            kind = SecretKind.Credential,
            version = like.CredVersion,
            now,
            wrapped = DataKeyFormat.Wrap(projectKey, new DataKeyContext { Deployment = deployment, Owner = owner, Version = 1, Generation = 1 }, dataKey.Span),
            ciphertext = CredentialFormat.Seal(
                dataKey.Span,
                new RecordContext { Deployment = deployment, Owner = owner, Kind = SecretKind.Credential, Version = like.CredVersion, DataKeyVersion = 1 },
                credential.ToBytes()),
        };
    }
}
