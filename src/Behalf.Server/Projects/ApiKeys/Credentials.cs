using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Behalf.Storage;

namespace Behalf.Projects.ApiKeys;

/// <summary>Says who holds a key. Reads the row on every request: a revoked key is refused from the next call on, on every node.</summary>
internal sealed class Credentials(IDatabase database)
{
    private const string Find =
        """
        select k.project_id, k.key_id, k.kind, k.secret_hash, k.bound_user, k.limits, k.expires_at, k.revoked_at,
               p.requests_per_minute, p.calls_at_once, behalf_now() as now
        from locator l
        join api_key k on k.project_id = l.project_id and k.key_id = l.id
        join project p on p.project_id = l.project_id
        where l.hash = @hash and l.kind = 1
        """;

    private static readonly byte[] NobodysHash = SHA256.HashData("nobody"u8);

    private long _lookups;

    /// <summary>How often the database was asked; a key with a wrong checksum does not count here.</summary>
    public long Lookups => Interlocked.Read(ref _lookups);

    public async Task<Caller?> AuthenticateAsync(string text, string requestId, string? agent, CancellationToken ct)
    {
        if (KeyText.Parse(text) is not { } key)
        {
            return null;
        }

        Interlocked.Increment(ref _lookups);
        return key.Kind == KeyKinds.Admin
            ? await AuthenticateAdminAsync(key, requestId, agent, ct)
            : await AuthenticateKeyAsync(key, requestId, agent, ct);
    }

    private async Task<Caller?> AuthenticateKeyAsync(KeyText key, string requestId, string? agent, CancellationToken ct)
    {
        var row = await database.FindAsync<KeyRow>(RowScope.System, Find, new { hash = key.LocatorHash }, ct);

        // An unknown key id costs the same comparison as a wrong secret.
        var proven = CryptographicOperations.FixedTimeEquals(key.SecretHash, row?.SecretHash ?? NobodysHash);
        if (!proven || row is null || row.RevokedAt <= row.Now || row.ExpiresAt <= row.Now)
        {
            return null;
        }

        var limits = row.Limits is null ? null : JsonSerializer.Deserialize(row.Limits, KeyLimitsJson.Default.KeyLimits);
        return new Caller
        {
            Kind = row.Kind == 2 ? KeyKinds.User : KeyKinds.Project,
            Project = row.ProjectId,
            Key = row.KeyId,
            BoundUser = row.BoundUser,
            Toolkits = limits?.Toolkits?.ToHashSet(StringComparer.Ordinal),
            Tools = limits?.Tools?.ToHashSet(StringComparer.Ordinal),
            ReadOnly = limits?.ReadOnly ?? false,
            RequestsPerMinute = row.RequestsPerMinute,
            CallsAtOnce = row.CallsAtOnce,
            Agent = agent,
            RequestId = requestId,
        };
    }

    private async Task<Caller?> AuthenticateAdminAsync(KeyText key, string requestId, string? agent, CancellationToken ct)
    {
        var deployment = await database.FindAsync<Deployment>(
            RowScope.System, "select deployment_id, admin_key_hash from deployment", null, ct);
        if (!CryptographicOperations.FixedTimeEquals(key.SecretHash, deployment?.AdminKeyHash ?? NobodysHash))
        {
            return null;
        }

        return new Caller
        {
            Kind = KeyKinds.Admin,
            Project = default,
            Key = Id<IdKinds.ApiKey>.From(SHA256.HashData(Encoding.UTF8.GetBytes(key.Hint)).AsSpan(..16)),
            Agent = agent,
            RequestId = requestId,
        };
    }

    private sealed record KeyRow
    {
        public required Id<IdKinds.Project> ProjectId { get; init; }

        public required Id<IdKinds.ApiKey> KeyId { get; init; }

        public required short Kind { get; init; }

        public required byte[] SecretHash { get; init; }

        public required string? BoundUser { get; init; }

        public required string? Limits { get; init; }

        public required long? ExpiresAt { get; init; }

        public required long? RevokedAt { get; init; }

        public required int? RequestsPerMinute { get; init; }

        public required int? CallsAtOnce { get; init; }

        public required long Now { get; init; }
    }
}
