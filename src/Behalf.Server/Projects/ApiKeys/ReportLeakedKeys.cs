using System.Security.Cryptography;
using Behalf.Audit;
using Behalf.Storage;

namespace Behalf.Projects.ApiKeys;

internal sealed record ReportLeakedKeysRequest
{
    public IReadOnlyList<string?>? ApiKeys { get; init; }
}

internal sealed record ReportLeakedKeysAnswer
{
    public required bool Received { get; init; }
}

/// <summary>Whoever found a key may end it: the whole key is the proof. The answer is the same whether it was one or not.</summary>
internal static class ReportLeakedKeys
{
    private const int MostKeys = 100;

    public static async Task<ReportLeakedKeysAnswer> HandleAsync(
        ReportLeakedKeysRequest body, HttpContext context, IDatabase database, CancellationToken ct)
    {
        if (body.ApiKeys is null || body.ApiKeys.Count > MostKeys)
        {
            throw new Problem(Refusal.InvalidRequest, $"api_keys takes 1 to {MostKeys} keys.");
        }

        foreach (var key in body.ApiKeys.OfType<string>().Select(KeyText.Parse).OfType<KeyText>().Where(k => k.Kind != KeyKinds.Admin))
        {
            await RevokeAsync(key, context.TraceIdentifier, database, ct);
        }

        return new ReportLeakedKeysAnswer { Received = true };
    }

    private static async Task RevokeAsync(KeyText key, string requestId, IDatabase database, CancellationToken ct)
    {
        var row = await database.FindAsync<Found>(
            RowScope.System,
            """
            select k.project_id, k.key_id, k.secret_hash from locator l
            join api_key k on k.project_id = l.project_id and k.key_id = l.id where l.hash = @hash and l.kind = 1
            """,
            new { hash = key.LocatorHash },
            ct);
        if (row is null || !CryptographicOperations.FixedTimeEquals(row.SecretHash, key.SecretHash))
        {
            return;
        }

        await database.WriteAsync(
            RowScope.Of(row.ProjectId),
            session => session.RevokeKeyAsync(row.ProjectId, row.KeyId, 0, new AuditEvent
            {
                ProjectId = row.ProjectId,
                Action = AuditActions.KeyRevoked,
                ActorKind = "anyone",
                RequestId = requestId,
            }),
            ct);
    }

    private sealed record Found
    {
        public required Id<IdKinds.Project> ProjectId { get; init; }

        public required Id<IdKinds.ApiKey> KeyId { get; init; }

        public required byte[] SecretHash { get; init; }
    }
}
