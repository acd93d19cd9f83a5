using System.Collections.Concurrent;

namespace Behalf.Sandbox.Grants;

/// <summary>What users have allowed apps before, so that the same question is not asked twice.</summary>
internal sealed class Consents
{
    private readonly ConcurrentDictionary<(string User, string ClientId), IReadOnlyList<string>> _given = new();

    public bool Covers(string userId, string clientId, IReadOnlyList<string> scopes) =>
        _given.TryGetValue((userId, clientId), out var given) && !scopes.Except(given).Any();

    public void Remember(string userId, string clientId, IReadOnlyList<string> scopes) =>
        _given.AddOrUpdate((userId, clientId), scopes, (_, given) => [.. given.Union(scopes)]);

    public void Forget(string userId, string? clientId)
    {
        var those = _given.Keys.Where(key => key.User == userId && (clientId is null || key.ClientId == clientId));
        foreach (var key in those)
        {
            _given.TryRemove(key, out _);
        }
    }

    public void Clear() => _given.Clear();
}
