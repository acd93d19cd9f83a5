using Behalf.Keys;
using Behalf.Keys.Local;

namespace Behalf.Vault;

/// <summary>Whether the key provider works, for those who ask every few seconds: a service is asked every ten at most, by one
/// of them for all.</summary>
internal sealed class KeyReadiness(IKeyProvider keys, TimeProvider clock)
{
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(10);

    private readonly Lock _turn = new();
    private Task<KeyProviderHealth>? _asked;
    private DateTimeOffset _askedAt;

    public Task<KeyProviderHealth> AskAsync(CancellationToken ct)
    {
        if (keys is not KeyProviders { Primary: not KeyFile })
        {
            return keys.ProbeAsync(ct).AsTask();
        }

        Task<KeyProviderHealth> asked;
        lock (_turn)
        {
            if (_asked is null || (_asked.IsCompleted && clock.GetUtcNow() - _askedAt >= Kept))
            {
                // Goes on for the others when this caller gives up; it has a deadline of its own.
                _asked = keys.ProbeAsync(CancellationToken.None).AsTask();
                _askedAt = clock.GetUtcNow();
            }

            asked = _asked;
        }

        return asked.WaitAsync(ct);
    }
}
