using Behalf.Keys;

namespace Behalf.Vault;

/// <summary>An unwrapped key and who uses it; guarded by its cache's lock.</summary>
internal sealed class CachedKey(SealingKey key, DateTimeOffset now)
{
    public SealingKey Key { get; } = key;

    public DateTimeOffset LoadedAt { get; } = now;

    public DateTimeOffset LastUsed { get; set; } = now;

    public DateTimeOffset FreshUntil { get; set; }

    public int Users { get; set; }

    public bool Dropped { get; set; }

    public void ZeroIfUnused()
    {
        if (Dropped && Users == 0)
        {
            Key.Dispose();
        }
    }
}

/// <summary>A project key while somebody works with it: it is not zeroed under their hands.</summary>
internal sealed class KeyLease(ProjectKeys owner, CachedKey cached) : IDisposable
{
    private bool _returned;

    public SealingKey Key => cached.Key;

    public void Dispose()
    {
        if (!_returned)
        {
            _returned = true;
            owner.GiveBack(cached);
        }
    }
}
