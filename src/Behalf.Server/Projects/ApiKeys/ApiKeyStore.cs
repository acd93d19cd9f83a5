using Behalf.Audit;
using Behalf.Storage;

namespace Behalf.Projects.ApiKeys;

/// <summary>The keys of a project, without their secrets.</summary>
internal sealed record ApiKeyRow
{
    public required Id<IdKinds.ApiKey> KeyId { get; init; }

    public required short Kind { get; init; }

    public required string Name { get; init; }

    public required string Hint { get; init; }

    public required string? BoundUser { get; init; }

    public required string? Limits { get; init; }

    public required long CreatedAt { get; init; }

    public required long? ExpiresAt { get; init; }

    public required long? RevokedAt { get; init; }
}

/// <summary>What a new key is to be.</summary>
internal sealed record NewApiKey
{
    public required KeyKinds Kind { get; init; }

    public required string Name { get; init; }

    public Id<IdKinds.User>? UserId { get; init; }

    public string? BoundUser { get; init; }

    public string? Limits { get; init; }

    public long? LifetimeMs { get; init; }
}

internal static class ApiKeyStore
{
    public const string Columns = "key_id, kind, name, hint, bound_user, limits, created_at, expires_at, revoked_at";

    /// <summary>Makes a key; its text is shown once and stored nowhere.</summary>
    public static async ValueTask<(KeyText Text, ApiKeyRow Row)> CreateKeyAsync(
        this WriteSession session, Id<IdKinds.Project> project, NewApiKey wanted, AuditEvent because)
    {
        var key = KeyText.New(wanted.Kind);
        var id = Id<IdKinds.ApiKey>.New();
        await session.AddLocatorAsync(LocatorKind.ApiKey, key.LocatorHash, project, id);
        var row = await session.FindAsync<ApiKeyRow>(
            $"""
            insert into api_key (project_id, key_id, kind, name, hint, secret_hash, user_id, bound_user, limits, created_at, expires_at)
            values (@project, @id, @kind, @Name, @Hint, @SecretHash, @UserId, @BoundUser, @Limits, behalf_now(), behalf_now() + @LifetimeMs)
            returning {Columns}
            """,
            new
            {
                project,
                id,
                kind = wanted.Kind == KeyKinds.User ? 2 : 1,
                wanted.Name,
                key.Hint,
                key.SecretHash,
                wanted.UserId,
                wanted.BoundUser,
                wanted.Limits,
                wanted.LifetimeMs,
            });
        await session.AppendAsync(because with { UserId = wanted.BoundUser ?? because.UserId, Detail = $"{{\"key\":\"{id}\"}}" });
        return (key, row!);
    }

    /// <summary>False if there is no such key that still lives.</summary>
    public static async ValueTask<bool> RevokeKeyAsync(
        this WriteSession session, Id<IdKinds.Project> project, Id<IdKinds.ApiKey> key, long afterMs, AuditEvent because)
    {
        var changed = await session.ExecuteAsync(
            """
            update api_key set revoked_at = behalf_now() + @afterMs
            where project_id = @project and key_id = @key and (revoked_at is null or revoked_at > behalf_now() + @afterMs)
            """,
            new { project, key, afterMs });
        if (changed == 1)
        {
            await session.AppendAsync(because with { Detail = $"{{\"key\":\"{key}\",\"after_ms\":{afterMs}}}" });
        }

        return changed == 1;
    }
}
