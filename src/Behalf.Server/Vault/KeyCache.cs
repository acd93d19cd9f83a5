namespace Behalf.Vault;

internal readonly record struct KeyName(Id<IdKinds.Project> Project, int Generation);

/// <summary>Unwrapped keys by name, so many at most; guarded by the lock of <see cref="ProjectKeys"/>. What leaves is zeroed once
/// nobody works with it any more.</summary>
internal sealed class KeyCache(int capacity)
{
    private readonly Dictionary<KeyName, CachedKey> _keys = [];

    public CachedKey? Find(KeyName name) => _keys.GetValueOrDefault(name);

    public void Keep(KeyName name, CachedKey loaded)
    {
        Drop(name);
        if (_keys.Count >= capacity)
        {
            Drop(_keys.MinBy(pair => pair.Value.LastUsed).Key);
        }

        _keys[name] = loaded;
    }

    public void Drop(KeyName name)
    {
        if (_keys.Remove(name, out var cached))
        {
            cached.Dropped = true;
            cached.ZeroIfUnused();
        }
    }

    public void DropAll() => DropWhere(_ => true);

    public void DropUnusedSince(DateTimeOffset then) => DropWhere(key => key.LastUsed < then);

    private void DropWhere(Func<CachedKey, bool> leaves)
    {
        foreach (var name in _keys.Where(pair => leaves(pair.Value)).Select(pair => pair.Key).ToArray())
        {
            Drop(name);
        }
    }
}
