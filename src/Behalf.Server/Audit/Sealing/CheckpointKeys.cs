using System.Collections.Concurrent;
using System.Security.Cryptography;
using Behalf.Keys;
using Behalf.Storage;

namespace Behalf.Audit.Sealing;

/// <summary>The deployment's keys for checkpoints: made once, the private half in the database under the key provider.</summary>
internal sealed class CheckpointKeys(IDatabase database, IKeyProvider provider, ILogger<CheckpointKeys> log) : IDisposable
{
    private const string Columns = "kid, generation, public_key, scheme, kek_id, wrapped, created_at, retired_at";
    private const int RetryAfterSeconds = 5;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly ConcurrentDictionary<string, byte[]> _own = new();
    private SigningKey? _current;

    /// <summary>The key to sign with; made at the first call of all.</summary>
    /// <exception cref="KeyProviderException">The provider does not give it out now.</exception>
    public async Task<SigningKey> CurrentAsync(CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            return _current ??= await OpenAsync(await FindOrMakeAsync(ct), ct);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The public keys, present and past. Only those whose private half the provider opens: whoever writes the database
    /// can add a row with a key of their own, but cannot wrap it.</summary>
    /// <exception cref="Problem">The provider is away, so nothing can be said.</exception>
    public async Task<IReadOnlyList<AuditPublicKey>> TrustedAsync(CancellationToken ct)
    {
        var trusted = new List<AuditPublicKey>();
        foreach (var row in await ReadAsync(ct))
        {
            if (await IsOwnAsync(row, ct))
            {
                trusted.Add(new AuditPublicKey
                {
                    Kid = row.Kid,
                    PublicKey = row.PublicKey,
                    CreatedAt = row.CreatedAt,
                    RetiredAt = row.RetiredAt,
                });
            }
        }

        return trusted;
    }

    /// <summary>After the provider's primary key was replaced: wraps the signing keys again, so that the old one can be
    /// deleted. Gives how many it moved.</summary>
    /// <exception cref="KeyProviderException">The provider refuses; what was moved stays moved.</exception>
    public async Task<int> RewrapAsync(CancellationToken ct)
    {
        var primary = (await provider.ProbeAsync(ct)).PrimaryKeyId
            ?? throw new Problem(Refusal.Sealed) { RetryAfterSeconds = RetryAfterSeconds };
        var moved = 0;
        foreach (var row in (await ReadAsync(ct)).Where(row => row.Scheme != provider.Scheme || row.KekId != primary))
        {
            using var key = await OpenAsync(row, ct);
            using var secret = key.ExportPrivate();
            var wrapped = await provider.WrapAsync(secret.Memory, await ContextAsync(row.Generation, ct), ct);
            moved += await database.WriteAsync(
                RowScope.System,
                session => session.ExecuteAsync(
                    "update signing_key set scheme = @Scheme, kek_id = @KeyId, wrapped = @Bytes where kid = @Kid and kek_id = @KekId",
                    new { wrapped.Scheme, wrapped.KeyId, wrapped.Bytes, row.Kid, row.KekId }),
                ct);
        }

        return moved;
    }

    public void Dispose()
    {
        _current?.Dispose();
        _turn.Dispose();
    }

    private async Task<bool> IsOwnAsync(SigningKeyRow row, CancellationToken ct)
    {
        if (_own.TryGetValue(row.Kid, out var known))
        {
            return known.AsSpan().SequenceEqual(row.PublicKey);
        }

        try
        {
            using var key = await OpenAsync(row, ct);
            return true;
        }
        catch (KeyProviderException e) when (e.Fault is KeyFault.Unavailable or KeyFault.Denied or KeyFault.Disabled)
        {
            throw new Problem(Refusal.Sealed) { RetryAfterSeconds = RetryAfterSeconds };
        }
        catch (Exception e) when (e is KeyProviderException or CryptographicException)
        {
            log.ForeignKey(e, row.Kid);
            return false;
        }
    }

    private Task<IReadOnlyList<SigningKeyRow>> ReadAsync(CancellationToken ct) => database.QueryAsync<SigningKeyRow>(
        RowScope.System, $"select {Columns} from signing_key where purpose = 'audit' order by generation", null, ct);

    private async Task<SigningKeyRow> FindOrMakeAsync(CancellationToken ct)
    {
        var latest = await FindLatestAsync(ct);
        if (latest is { RetiredAt: null })
        {
            return latest;
        }

        // Another node may come first with the same generation: then its key is the one.
        await MakeAsync((latest?.Generation ?? 0) + 1, ct);
        return (await FindLatestAsync(ct))!;
    }

    private Task<SigningKeyRow?> FindLatestAsync(CancellationToken ct) => database.FindAsync<SigningKeyRow>(
        RowScope.System,
        $"select {Columns} from signing_key where purpose = 'audit' order by generation desc limit 1",
        null,
        ct);

    private async Task MakeAsync(int generation, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Deadline);
        using var key = SigningKey.Create();
        using var secret = key.ExportPrivate();
        var wrapped = await provider.WrapAsync(secret.Memory, await ContextAsync(generation, ct), limit.Token);
        await database.WriteAsync(
            RowScope.System,
            session => session.ExecuteAsync(
                """
                insert into signing_key (kid, purpose, generation, public_key, scheme, kek_id, wrapped, created_at)
                values (@Id, 'audit', @generation, @PublicKey, @Scheme, @KeyId, @Bytes, behalf_now())
                on conflict (purpose, generation) do nothing
                """,
                new { key.Id, generation, key.PublicKey, wrapped.Scheme, wrapped.KeyId, wrapped.Bytes }),
            ct);
    }

    private async Task<SigningKey> OpenAsync(SigningKeyRow row, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Deadline);
        var wrapped = new WrappedKey { Scheme = row.Scheme, KeyId = row.KekId, Bytes = row.Wrapped };
        using var secret = await provider.UnwrapAsync(wrapped, await ContextAsync(row.Generation, ct), limit.Token);
        var key = SigningKey.Import(secret);
        if (key.Id != row.Kid || !key.PublicKey.AsSpan().SequenceEqual(row.PublicKey))
        {
            key.Dispose();
            throw new KeyProviderException(KeyFault.WrongContext, $"Signing key {row.Kid} is stored with another key's private half.");
        }

        _own[row.Kid] = row.PublicKey;
        return key;
    }

    private async Task<KeyContext> ContextAsync(int generation, CancellationToken ct)
    {
        var deployment = await database.FindAsync<byte[]>(RowScope.System, "select deployment_id from deployment", null, ct);
        return new KeyContext
        {
            Use = KeyUse.SigningKey,
            Deployment = Id<IdKinds.Deployment>.From(deployment),
            Generation = generation,
        };
    }

    private sealed record SigningKeyRow
    {
        public required string Kid { get; init; }

        public required int Generation { get; init; }

        public required byte[] PublicKey { get; init; }

        public required string Scheme { get; init; }

        public required string KekId { get; init; }

        public required byte[] Wrapped { get; init; }

        public required long CreatedAt { get; init; }

        public required long? RetiredAt { get; init; }
    }
}
