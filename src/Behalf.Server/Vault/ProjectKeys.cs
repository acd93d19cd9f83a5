using Behalf.Keys;
using Behalf.Storage;

namespace Behalf.Vault;

/// <summary>The unwrapped keys of the projects in use: a key provider is called once per project and hour, not per
/// credential. What leaves the cache is zeroed once nobody works with it any more.</summary>
internal sealed class ProjectKeys : IDisposable
{
    private readonly IDatabase _database;
    private readonly ThisDeployment _deployment;
    private readonly IKeyProvider _provider;
    private readonly ProjectKeyLimits _limits;
    private readonly TimeProvider _clock;
    private readonly ILogger<ProjectKeys> _log;
    private readonly ITimer _sweeper;

    private readonly Lock _turn = new();
    private readonly KeyCache _cache;
    private readonly Dictionary<KeyName, Task> _loading = [];

    /// <summary>Written under the lock; read without it on each call.</summary>
    private volatile bool _sealed;

    public ProjectKeys(
        IDatabase database,
        ThisDeployment deployment,
        IKeyProvider provider,
        ProjectKeyLimits limits,
        TimeProvider clock,
        ILogger<ProjectKeys> log)
    {
        (_database, _deployment, _provider, _limits, _clock, _log) = (database, deployment, provider, limits, clock, log);
        _cache = new KeyCache(limits.Capacity);
        _sweeper = clock.CreateTimer(_ => Sweep(), null, limits.Fresh, limits.Fresh);
    }

    /// <summary>Whether the operator has taken the keys away, as far as this node knows: see <see cref="Seal"/>.</summary>
    public bool Sealed => _sealed;

    /// <summary>The refusal of everything that needs a key, while the operator has taken them away.</summary>
    public static Problem SealedByOperator() =>
        new(Refusal.Sealed, "The operator has sealed this server, so no credential can be opened.") { RetryAfterSeconds = 30 };

    /// <summary>Forgets every key, and gives out none until <see cref="Unlock"/>. What somebody works with at this moment is
    /// zeroed when they are done.</summary>
    public void Lock()
    {
        lock (_turn)
        {
            _sealed = true;
            _cache.DropAll();
        }
    }

    public void Unlock()
    {
        lock (_turn)
        {
            _sealed = false;
        }
    }

    public void ThrowIfSealed()
    {
        if (Sealed)
        {
            throw SealedByOperator();
        }
    }

    /// <summary>The key, for as long as the lease is held.</summary>
    /// <exception cref="Problem">The provider does not give it now, or never will again; or the operator sealed the server.</exception>
    /// <exception cref="CredentialIntegrityException">There is no such generation, or it was altered.</exception>
    public async ValueTask<KeyLease> RentAsync(Id<IdKinds.Project> project, int generation, CancellationToken ct)
    {
        var name = new KeyName(project, generation);
        while (true)
        {
            Task loading;
            lock (_turn)
            {
                if (_sealed)
                {
                    throw SealedByOperator();
                }

                if (_cache.Find(name) is { } cached && _clock.GetUtcNow() < cached.FreshUntil)
                {
                    return Lend(cached);
                }

                loading = _loading.TryGetValue(name, out var begun) ? begun : _loading[name] = LoadAsync(name);
            }

            // The load goes on for the others when this caller gives up.
            await loading.WaitAsync(ct);
        }
    }

    /// <summary>Forgets what was not used for an hour.</summary>
    public void Sweep()
    {
        lock (_turn)
        {
            _cache.DropUnusedSince(_clock.GetUtcNow() - _limits.Fresh);
        }
    }

    public void Forget(Id<IdKinds.Project> project, int generation)
    {
        lock (_turn)
        {
            _cache.Drop(new KeyName(project, generation));
        }
    }

    public void Dispose()
    {
        _sweeper.Dispose();
        lock (_turn)
        {
            _cache.DropAll();
        }
    }

    internal void GiveBack(CachedKey cached)
    {
        lock (_turn)
        {
            cached.Users--;
            cached.ZeroIfUnused();
        }
    }

    private KeyLease Lend(CachedKey cached)
    {
        cached.Users++;
        cached.LastUsed = _clock.GetUtcNow();
        return new KeyLease(this, cached);
    }

    private async Task LoadAsync(KeyName name)
    {
        // Reading the database and the key file may not wait at all, and the caller holds the lock.
        await Task.Yield();
        try
        {
            var key = await UnwrapAsync(name);
            lock (_turn)
            {
                if (_sealed)
                {
                    // Sealed while it was on its way here.
                    key.Dispose();
                    throw SealedByOperator();
                }

                _cache.Keep(name, new CachedKey(key, _clock.GetUtcNow()) { FreshUntil = _clock.GetUtcNow() + _limits.Fresh });
            }
        }
        catch (KeyProviderException e) when (e.Fault == KeyFault.Unavailable && ServeStale(name))
        {
            // The one in the cache serves on.
        }
        catch (KeyProviderException e)
        {
            // The provider's word counts at once: what it withdrew is not kept for the rest of the hour.
            Forget(name.Project, name.Generation);
            _log.ProjectKeyNotUnwrapped(name.Project, name.Generation, e.Fault, e.Message);
            throw e.Fault switch
            {
                KeyFault.WrongContext => new CredentialIntegrityException(BoxFault.Key),
                KeyFault.Deleted => new Problem(Refusal.KeyDestroyed),
                _ => new Problem(Refusal.Sealed) { RetryAfterSeconds = (int)_limits.Pause.TotalSeconds },
            };
        }
        finally
        {
            lock (_turn)
            {
                _loading.Remove(name);
            }
        }
    }

    private async Task<SealingKey> UnwrapAsync(KeyName name)
    {
        var row = await _database.FindProjectKeyAsync(name.Project, name.Generation, CancellationToken.None)
            ?? throw new CredentialIntegrityException(BoxFault.Key);
        var context = row.Context(await _deployment.IdAsync(CancellationToken.None));
        using var key = await _provider.UnwrapAsync(row.ToWrappedKey(), context, CancellationToken.None);
        return new SealingKey(key.Span);
    }

    private bool ServeStale(KeyName name)
    {
        lock (_turn)
        {
            if (_cache.Find(name) is not { } cached || _clock.GetUtcNow() - cached.LoadedAt > _limits.Stale)
            {
                return false;
            }

            cached.FreshUntil = _clock.GetUtcNow() + _limits.Pause;
            _log.ServingStaleKey(name.Project, _clock.GetUtcNow() - cached.LoadedAt);
            return true;
        }
    }
}
