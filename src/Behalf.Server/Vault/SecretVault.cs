using System.Text.Json;
using System.Text.Json.Nodes;
using Behalf.Audit;
using Behalf.Keys;
using Behalf.Storage;

namespace Behalf.Vault;

/// <summary>Keeps secrets sealed, each under the data key of its owner. Sealing comes before the transaction and storing is
/// in it: a transaction waits for no key provider, and what was sealed outlives a database that is away.</summary>
internal sealed class SecretVault(IDatabase database, ThisDeployment deployment, DataKeys dataKeys, ILogger<SecretVault> log)
{
    /// <summary>Seals under the owner's data key, or under a first one.</summary>
    public async Task<SealedSecret> SealAsync(SecretPlace place, ReadOnlyMemory<byte> plaintext, CancellationToken ct)
    {
        var keys = await FindKeysAsync(place, ct);
        return keys is { WrappedDataKey: { } wrapped, DataKeyVersion: { } version }
            ? await SealUnderAsync(place, version, wrapped, plaintext, ct)
            : await SealUnderNewKeyAsync(place, 1, keys.PrimaryGeneration, plaintext, ct);
    }

    /// <summary>Seals under the data key of what was read before, without the database: a token must not be lost because
    /// the database went away after the provider had changed it.</summary>
    public Task<SealedSecret> SealAsync(
        SecretPlace place, SecretRow previous, ReadOnlyMemory<byte> plaintext, CancellationToken ct) =>
        SealUnderAsync(place, previous.DataKeyVersion, previous.WrappedDataKey, plaintext, ct);

    /// <summary>Seals under a new data key. Once that is stored the owner's former one is gone, and with it everything that
    /// was sealed under it alone: for a new consent, or a suspicion.</summary>
    public async Task<SealedSecret> SealAfreshAsync(SecretPlace place, ReadOnlyMemory<byte> plaintext, CancellationToken ct)
    {
        var keys = await FindKeysAsync(place, ct);
        var next = checked((short)((keys.DataKeyVersion ?? 0) + 1));
        return await SealUnderNewKeyAsync(place, next, keys.PrimaryGeneration, plaintext, ct);
    }

    /// <summary>Stores a sealed secret and, in the same transaction, the event that tells why; its detail gets the secret's
    /// version and hash.</summary>
    /// <exception cref="Problem">Something newer is stored already, or the owner was destroyed meanwhile.</exception>
    public static async ValueTask StoreAsync(WriteSession session, SealedSecret secret, AuditEvent because)
    {
        if (!await session.StoreSecretAsync(secret))
        {
            throw new Problem(Refusal.Conflict, "The credential was changed by somebody else at the same time.");
        }

        var detail = because.Detail is { } text ? JsonNode.Parse(text)!.AsObject() : [];
        detail["secret"] = new JsonObject
        {
            ["kind"] = NameOf(secret.Place.Kind),
            ["version"] = secret.Place.Version,
            ["sha256"] = secret.Fingerprint,
        };
        await session.AppendAsync(because with { Detail = detail.ToJsonString() });
    }

    /// <summary>Opens a secret for one stated use. The place's version is the one that the owner's own row expects. The
    /// caller disposes.</summary>
    /// <exception cref="Problem">It is not what was stored, which the trail is told; or its key cannot be had.</exception>
    public Task<SecretBuffer> OpenAsync(SecretPlace place, SecretRow row, Use use, CancellationToken ct) =>
        TellingAsync(place, use.Event, async () =>
        {
            using var dataKey = await dataKeys.UnwrapAsync(place.Owner, row.DataKeyVersion, row.WrappedDataKey, ct);
            var context = place.In(await deployment.IdAsync(ct), row.DataKeyVersion);
            return CredentialFormat.Open(dataKey.Span, context, row.Ciphertext);
        });

    private async Task<SealingKeys> FindKeysAsync(SecretPlace place, CancellationToken ct) =>
        await database.FindSealingKeysAsync(place.Owner, ct) ?? throw new Problem(Refusal.NotFound);

    private Task<SealedSecret> SealUnderAsync(
        SecretPlace place, short keyVersion, byte[] wrapped, ReadOnlyMemory<byte> plaintext, CancellationToken ct) =>
        TellingAsync(place, AuditEvent.BySystem(place.Owner.Project, "seal"), async () =>
        {
            using var dataKey = await dataKeys.UnwrapAsync(place.Owner, keyVersion, wrapped, ct);
            return await SealAsync(place, keyVersion, dataKey, null, plaintext, ct);
        });

    private Task<SealedSecret> SealUnderNewKeyAsync(
        SecretPlace place, short keyVersion, int generation, ReadOnlyMemory<byte> plaintext, CancellationToken ct) =>
        TellingAsync(place, AuditEvent.BySystem(place.Owner.Project, "seal"), async () =>
        {
            using var dataKey = SecretBuffer.Random(SealingKey.KeyLength);
            var wrapped = await dataKeys.WrapAsync(place.Owner, keyVersion, generation, dataKey, ct);
            return await SealAsync(place, keyVersion, dataKey, wrapped, plaintext, ct);
        });

    private async Task<SealedSecret> SealAsync(
        SecretPlace place, short keyVersion, SecretBuffer dataKey, WrappedDataKey? newKey, ReadOnlyMemory<byte> plaintext,
        CancellationToken ct)
    {
        var context = place.In(await deployment.IdAsync(ct), keyVersion);
        return new SealedSecret
        {
            Place = place,
            DataKeyVersion = keyVersion,
            NewDataKey = newKey,
            Ciphertext = CredentialFormat.Seal(dataKey.Span, context, plaintext.Span),
        };
    }

    /// <summary>Where something is not what was put there: the log and the trail are told, the caller is refused.</summary>
    private async Task<T> TellingAsync<T>(SecretPlace place, AuditEvent during, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (CredentialIntegrityException e)
        {
            log.CredentialIntegrity(place.Kind, place.Owner.Id, place.Owner.Project, e.Fault);
            await RecordFailureAsync(place, e.Fault, during);
            throw new Problem(Refusal.CredentialIntegrity);
        }
    }

    /// <summary>Told whether or not the caller still waits: somebody may have been at the database.</summary>
    private Task RecordFailureAsync(SecretPlace place, BoxFault fault, AuditEvent during) => database.WriteAsync(
        RowScope.Of(place.Owner.Project),
        async session =>
        {
            await session.AppendAsync(during with
            {
                Action = AuditActions.CredentialIntegrityFailure,
                Outcome = "failed",
                Detail = new JsonObject
                {
                    ["kind"] = NameOf(place.Kind),
                    ["version"] = place.Version,
                    ["fault"] = JsonNamingPolicy.SnakeCaseLower.ConvertName(fault.ToString()),
                    ["during"] = during.Action,
                }.ToJsonString(),
            });
        },
        CancellationToken.None);

    private static string NameOf(SecretKind kind) => JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString());
}
