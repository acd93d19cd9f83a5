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
        ReportLeakedKeysRequest body, HttpContext context, IDatabase database, FailureLimit failures, CancellationToken ct)
    {
        if (body.ApiKeys is null || body.ApiKeys.Count > MostKeys)
        {
            throw new Problem(Refusal.InvalidRequest, $"api_keys takes 1 to {MostKeys} keys.");
        }

        var address = context.Connection.RemoteIpAddress;
        foreach (var text in body.ApiKeys)
        {
            if (failures.SecondsToWait(address) is { } seconds)
            {
                throw new Problem(Refusal.TooManyFailures) { RetryAfterSeconds = seconds };
            }

            if (text is null || KeyText.Parse(text) is not { } key || key.Kind == KeyKinds.Admin || !await RevokeAsync(key, context.TraceIdentifier, database, ct))
            {
                // As anywhere else: here too a guess is a guess.
                failures.Count(address);
            }
        }

        return new ReportLeakedKeysAnswer { Received = true };
    }

    /// <summary>False if there is no such key.</summary>
    private static async Task<bool> RevokeAsync(KeyText key, string requestId, IDatabase database, CancellationToken ct)
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
            return false;
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
        return true;
    }

    private sealed record Found
    {
        public required Id<IdKinds.Project> ProjectId { get; init; }

        public required Id<IdKinds.ApiKey> KeyId { get; init; }

        public required byte[] SecretHash { get; init; }
    }
}
