using Behalf.Storage;

namespace Behalf.Vault;

/// <summary>What the next secret of an owner is sealed under.</summary>
internal sealed record SealingKeys
{
    public required int PrimaryGeneration { get; init; }

    /// <summary>Null where the owner has no data key yet.</summary>
    public required short? DataKeyVersion { get; init; }

    public required byte[]? WrappedDataKey { get; init; }
}

/// <summary>A data key with what it is bound to.</summary>
internal sealed record DataKeyRow
{
    public required Id<IdKinds.Project> ProjectId { get; init; }

    public required Id<IdKinds.SecretOwner> OwnerId { get; init; }

    public required short Version { get; init; }

    public required Id<IdKinds.User> UserId { get; init; }

    public required string Toolkit { get; init; }

    public required int Generation { get; init; }

    public required byte[] Wrapped { get; init; }

    public SecretOwner Owner => new() { Project = ProjectId, Id = OwnerId, User = UserId, Toolkit = Toolkit };
}

/// <summary>The rows of data keys and secrets.</summary>
internal static class SecretStore
{
    /// <summary>Null if the project has no key: it does not exist, or not any more.</summary>
    public static Task<SealingKeys?> FindSealingKeysAsync(this IDatabase database, SecretOwner owner, CancellationToken ct) =>
        database.FindAsync<SealingKeys>(
            RowScope.Of(owner.Project),
            """
            select k.generation as primary_generation, d.version as data_key_version, d.wrapped as wrapped_data_key
            from project_key k left join data_key d on d.project_id = k.project_id and d.owner_id = @Id
            where k.project_id = @Project and k.state = @Primary
            order by k.generation desc, d.version desc limit 1
            """,
            new { owner.Project, owner.Id, ProjectKeyState.Primary },
            ct);

    public static Task<SecretRow?> FindSecretAsync(
        this IDatabase database, Id<IdKinds.Project> project, Id<IdKinds.SecretOwner> owner, SecretKind kind, CancellationToken ct) =>
        database.FindAsync<SecretRow>(
            RowScope.Of(project),
            $"""
            select {SecretRow.Columns} from secret
            {SecretRow.JoinDataKey}
            where secret.project_id = @project and secret.owner_id = @owner and secret.kind = @kind
            """,
            new { project, owner, kind },
            ct);

    /// <summary>False if something newer is there, or its data key is not what it was when the secret was sealed.</summary>
    public static async ValueTask<bool> StoreSecretAsync(this WriteSession session, SealedSecret secret)
    {
        if (!await session.StoreDataKeyAsync(secret))
        {
            return false;
        }

        // From data_key: nothing is stored for an owner that was destroyed meanwhile.
        var stored = await session.ExecuteAsync(
            """
            insert into secret (project_id, owner_id, kind, version, data_key_version, ciphertext, created_at)
            select d.project_id, d.owner_id, @Kind, @Version, d.version, @Ciphertext, behalf_now()
            from data_key d where d.project_id = @Project and d.owner_id = @Id and d.version = @DataKeyVersion
            on conflict (project_id, owner_id, kind) do update set version = excluded.version,
              data_key_version = excluded.data_key_version, ciphertext = excluded.ciphertext, created_at = excluded.created_at
            where secret.version < excluded.version
            """,
            new
            {
                secret.Place.Owner.Project,
                secret.Place.Owner.Id,
                secret.Place.Kind,
                secret.Place.Version,
                secret.DataKeyVersion,
                secret.Ciphertext,
            });
        if (secret.NewDataKey is not null)
        {
            await session.DestroyFormerDataKeysAsync(secret);
        }

        return stored == 1;
    }

    /// <summary>Shreds an owner: with the data key gone, nothing of theirs opens again in this database.</summary>
    public static async ValueTask DestroySecretsAsync(
        this WriteSession session, Id<IdKinds.Project> project, Id<IdKinds.SecretOwner> owner)
    {
        await session.ExecuteAsync(
            "delete from data_key where project_id = @project and owner_id = @owner", new { project, owner });
        await session.ExecuteAsync(
            "delete from secret where project_id = @project and owner_id = @owner", new { project, owner });
    }

    /// <summary>Shreds a project.</summary>
    /// <param name="session">Holds the project's keys.</param>
    /// <param name="project">Whose.</param>
    /// <param name="kept">Owners whose work outlives it: for as long as there are some, the project's keys stay, for them alone.</param>
    public static async ValueTask DestroyAllSecretsAsync(
        this WriteSession session, Id<IdKinds.Project> project, IReadOnlyList<Id<IdKinds.SecretOwner>> kept)
    {
        if (kept.Count == 0)
        {
            await session.ExecuteAsync("delete from project_key where project_id = @project", new { project });
        }

        // One by one: few owners are left when a project ends, but the kept ones may be more than a statement takes.
        foreach (var table in (string[])["data_key", "secret"])
        {
            var owners = await session.QueryAsync<Id<IdKinds.SecretOwner>>(
                $"select distinct owner_id from {table} where project_id = @project", new { project });
            foreach (var owner in owners.Except(kept))
            {
                await session.ExecuteAsync($"delete from {table} where project_id = @project and owner_id = @owner", new { project, owner });
            }
        }
    }

    /// <summary>Stores the data key that a secret brings, where it brings one: for ciphertexts that are kept elsewhere.</summary>
    /// <returns>False if the owner got a data key of that version meanwhile.</returns>
    public static async ValueTask<bool> StoreDataKeyAsync(this WriteSession session, SealedSecret secret)
    {
        if (secret.NewDataKey is not { } key)
        {
            return true;
        }

        var owner = secret.Place.Owner;
        await session.RequireGenerationAsync(owner.Project, key.Generation);
        return 1 == await session.ExecuteAsync(
            """
            insert into data_key (project_id, owner_id, version, user_id, toolkit, generation, wrapped, created_at)
            values (@Project, @Id, @DataKeyVersion, @User, @Toolkit, @Generation, @Wrapped, behalf_now())
            on conflict (project_id, owner_id, version) do nothing
            """,
            new { owner.Project, owner.Id, secret.DataKeyVersion, owner.User, owner.Toolkit, key.Generation, key.Wrapped });
    }

    private static ValueTask<int> DestroyFormerDataKeysAsync(this WriteSession session, SealedSecret secret) =>
        session.ExecuteAsync(
            """
            delete from data_key where project_id = @Project and owner_id = @Id and version < @DataKeyVersion
              and not exists (select 1 from secret s where s.project_id = @Project and s.owner_id = @Id
                and s.data_key_version = data_key.version)
            """,
            new { secret.Place.Owner.Project, secret.Place.Owner.Id, secret.DataKeyVersion });
}
