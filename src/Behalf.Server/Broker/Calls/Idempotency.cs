using System.Security.Cryptography;
using Behalf.Audit;
using Behalf.Storage;
using Behalf.Vault;

namespace Behalf.Broker.Calls;

/// <summary>Keeps the first answer to a request that came with an <see cref="IdempotencyKey"/>, for a day. The key is taken,
/// durably, before the request is sent; a process that dies in between leaves it taken, because nobody knows what the
/// provider did.</summary>
internal sealed class Idempotency(IDatabase database, SecretVault vault)
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(1);
    private const int PurgedAtOnce = 1000;

    /// <summary>Takes the key, or gives the answer that it got before.</summary>
    /// <exception cref="Problem">The key was used for another request, or its first one has no answer.</exception>
    public async Task<byte[]?> ClaimAsync(IdempotencyKey key, SecretOwner owner, Use use)
    {
        var row = await database.WriteAsync(
            RowScope.Of(key.Project),
            async session => await session.ExecuteAsync(
                """
                insert into idempotency (project_id, key_hash, request_hash, owner_id, created_at)
                values (@Project, @KeyHash, @RequestHash, @Id, behalf_now()) on conflict (project_id, key_hash) do nothing
                """,
                new { key.Project, key.KeyHash, key.RequestHash, owner.Id }) == 1
                ? null
                : await FindAsync(session, key),
            CancellationToken.None);
        return row is null ? null : await OpenAsync(key, row, use);
    }

    /// <param name="under">The account's credential as it was read before the call: the answer is sealed under the same data key,
    /// and a key that was destroyed meanwhile, with its account, gets no successor. Null where there is no account.</param>
    public async Task KeepAsync(IdempotencyKey key, SecretOwner owner, SecretRow? under, ReadOnlyMemory<byte> answer)
    {
        var place = PlaceOf(key, owner);
        bool kept;
        do
        {
            // Another answer may have brought the owner's first data key meanwhile: then this one is sealed under that.
            var sealedAnswer = under is null
                ? await vault.SealAsync(place, answer, CancellationToken.None)
                : await vault.SealAsync(place, under, answer, CancellationToken.None);
            kept = await database.WriteAsync(
                RowScope.Of(key.Project),
                async session => await session.StoreDataKeyAsync(sealedAnswer) && await session.ExecuteAsync(
                    """
                    update idempotency set answer = @Ciphertext, data_key_version = @DataKeyVersion, owner_id = @Id
                    where project_id = @Project and key_hash = @KeyHash
                    """,
                    new { sealedAnswer.Ciphertext, sealedAnswer.DataKeyVersion, owner.Id, key.Project, key.KeyHash }) >= 0,
                CancellationToken.None);
        }
        while (!kept);
    }

    /// <summary>Nothing was done: the same request may be sent again under the same key.</summary>
    public Task ReleaseAsync(IdempotencyKey key) => database.WriteAsync(
        RowScope.Of(key.Project),
        session => session.ExecuteAsync(
            "delete from idempotency where project_id = @Project and key_hash = @KeyHash and answer is null", new { key.Project, key.KeyHash }),
        CancellationToken.None);

    /// <summary>Forgets keys that are older than a day.</summary>
    /// <returns>True if there are more of them.</returns>
    public Task<bool> PurgeAsync(CancellationToken ct) => database.WriteAsync(
        RowScope.System,
        async session => await session.ExecuteAsync(
            """
            delete from idempotency where (project_id, key_hash) in
              (select project_id, key_hash from idempotency where created_at < behalf_now() - @age order by created_at limit @PurgedAtOnce)
            """,
            new { age = (long)KeptFor.TotalMilliseconds, PurgedAtOnce }) == PurgedAtOnce,
        ct);

    private static ValueTask<KeptRow?> FindAsync(WriteSession session, IdempotencyKey key) => session.FindAsync<KeptRow>(
        """
        select i.request_hash, i.answer, i.data_key_version, i.owner_id, d.wrapped, d.user_id, d.toolkit
        from idempotency i left join data_key d on d.project_id = i.project_id and d.owner_id = i.owner_id and d.version = i.data_key_version
        where i.project_id = @Project and i.key_hash = @KeyHash
        """,
        new { key.Project, key.KeyHash });

    private async Task<byte[]> OpenAsync(IdempotencyKey key, KeptRow row, Use use)
    {
        if (!CryptographicOperations.FixedTimeEquals(row.RequestHash, key.RequestHash))
        {
            throw new Problem(Refusal.IdempotencyKeyReused);
        }

        if (row is not { Answer: { } answer, DataKeyVersion: { } version, Wrapped: { } wrapped, Toolkit: { } toolkit })
        {
            throw new Problem(Refusal.IdempotencyKeyTaken) { RetryAfterSeconds = 1 };
        }

        var owner = new SecretOwner { Project = key.Project, Id = row.OwnerId, User = row.UserId, Toolkit = toolkit };
        var secret = new SecretRow { Ciphertext = answer, DataKeyVersion = version, WrappedDataKey = wrapped };
        using var opened = await vault.OpenAsync(PlaceOf(key, owner), secret, use, CancellationToken.None);
        return opened.Span.ToArray();
    }

    private static SecretPlace PlaceOf(IdempotencyKey key, SecretOwner owner) =>
        new() { Owner = owner, Kind = SecretKind.Answer, Version = key.Number };

    private sealed record KeptRow
    {
        public required byte[] RequestHash { get; init; }

        /// <summary>Null while the first request runs, and if it never ended.</summary>
        public byte[]? Answer { get; init; }

        public short? DataKeyVersion { get; init; }

        public required Id<IdKinds.SecretOwner> OwnerId { get; init; }

        /// <summary>Null where the key is gone with its account.</summary>
        public byte[]? Wrapped { get; init; }

        public Id<IdKinds.User> UserId { get; init; }

        public string? Toolkit { get; init; }
    }
}

/// <summary>Forgets what is older than a day.</summary>
internal sealed class PurgeIdempotency(Idempotency idempotency, TimeProvider clock, ILogger<PurgeIdempotency> log)
    : Rounds("idempotency keys", TimeSpan.FromMinutes(1), clock, log)
{
    protected override Task<bool> RunRoundAsync(CancellationToken ct) => idempotency.PurgeAsync(ct);
}
