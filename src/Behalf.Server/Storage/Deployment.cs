namespace Behalf.Storage;

/// <summary>This installation's own id, made once. It is part of what every sealed record is bound to, so that a row of
/// another installation does not open here.</summary>
internal sealed record Deployment
{
    public required byte[] DeploymentId { get; init; }

    public byte[]? AdminKeyHash { get; init; }

    public static async Task<Deployment> EnsureAsync(IDatabase database, CancellationToken ct) =>
        await database.WriteAsync(
            RowScope.System,
            async session =>
            {
                await session.ExecuteAsync(
                    "insert into deployment (one, deployment_id, created_at) values (1, @id, behalf_now()) on conflict (one) do nothing",
                    new { id = System.Security.Cryptography.RandomNumberGenerator.GetBytes(16) });
                return (await session.FindAsync<Deployment>("select deployment_id, admin_key_hash from deployment", null))!;
            },
            ct);
}
