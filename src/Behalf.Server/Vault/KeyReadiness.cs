using Behalf.Keys;
using Behalf.Keys.Local;

namespace Behalf.Vault;

/// <summary>Whether the key provider works, for those who ask every few seconds: a service is asked every ten at most, by one
/// of them for all.</summary>
internal sealed class KeyReadiness(IKeyProvider keys, ProjectKeyLimits limits, TimeProvider clock)
{
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(10);

    /// <summary>Less than the service's own deadline: who asks whether this node is ready does not wait for one that hangs.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock _turn = new();
    private Task<KeyProviderHealth>? _asked;
    private KeyProviderHealth _told = new() { Fault = KeyFault.Unavailable, Detail = "The key service has not answered yet." };
    private DateTimeOffset _askedAt;
    private DateTimeOffset? _wellAt;

    public async Task<KeyProviderHealth> AskAsync(CancellationToken ct)
    {
        if (keys is not KeyProviders { Primary: not KeyFile })
        {
            return await keys.ProbeAsync(ct);
        }

        Task<KeyProviderHealth> asked;
        lock (_turn)
        {
            if (_asked is null || (_asked.IsCompleted && clock.GetUtcNow() - _askedAt >= Kept))
            {
                // Goes on for the others when this caller gives up; it has a deadline of its own.
                _asked = ProbeAsync();
                _askedAt = clock.GetUtcNow();
            }

            asked = _asked;
        }

        try
        {
            return await asked.WaitAsync(Patience, clock, ct);
        }
        catch (TimeoutException)
        {
            lock (_turn)
            {
                return _told;
            }
        }
    }

    /// <summary>Whether this node works all the same: while a service is away the keys that are known serve on, and taking every
    /// node out of service would be the very outage that this is against.</summary>
    public bool ServesWithout(KeyProviderHealth health)
    {
        lock (_turn)
        {
            return health.Fault == KeyFault.Unavailable && clock.GetUtcNow() - _wellAt <= limits.Stale;
        }
    }

    private async Task<KeyProviderHealth> ProbeAsync()
    {
        // Not under the lock of who asks.
        await Task.Yield();
        var health = await keys.ProbeAsync(CancellationToken.None);
        lock (_turn)
        {
            _told = health;
            _wellAt = health.Fault is null ? clock.GetUtcNow() : _wellAt;
        }

        return health;
    }
}
