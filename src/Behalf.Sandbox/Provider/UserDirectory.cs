using System.Collections.Concurrent;

namespace Behalf.Sandbox.Provider;

/// <summary>Someone with an account at this provider.</summary>
internal sealed record User(string Id, string Name)
{
    /// <summary>RFC 2606 §3: a domain that never gets mail.</summary>
    public string Email => $"{Id}@sandbox.example";

    public bool IsNamedBy(string? idOrEmail) =>
        idOrEmail == Id || Email.Equals(idOrEmail, StringComparison.OrdinalIgnoreCase);
}

/// <summary>A key or password that a user made for use outside of OAuth.</summary>
internal sealed record PersonalSecret(User Owner, string Value, bool IsPassword);

/// <summary>The provider's users, and the keys that they made themselves.</summary>
internal sealed class UserDirectory
{
    private readonly ConcurrentDictionary<string, User> _users = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, PersonalSecret> _secrets = new(StringComparer.Ordinal);

    public UserDirectory()
    {
        Create("alice", "Alice Adams");
        Create("bob", "Bob Brown");
        Create("carol", "Carol Chen");
        Create("mallory", "Mallory Moss");
    }

    public IReadOnlyList<User> All => [.. _users.Values.OrderBy(user => user.Id, StringComparer.Ordinal)];

    public User? Find(string? id) => id is not null && _users.TryGetValue(id, out var user) ? user : null;

    /// <summary>By id or by e-mail address, as mail is addressed.</summary>
    public User? FindByAddress(string address) =>
        _users.Values.FirstOrDefault(user => user.IsNamedBy(address));

    /// <summary>Null if the id is taken.</summary>
    public User? Create(string id, string name)
    {
        var user = new User(id, name);
        return _users.TryAdd(id, user) ? user : null;
    }

    public string MintApiKey(User owner) => Mint(owner, "sbk", isPassword: false);

    public string MintAppPassword(User owner) => Mint(owner, "sbp", isPassword: true);

    public PersonalSecret? FindSecret(string value) => _secrets.GetValueOrDefault(value);

    public void RevokeSecrets(string userId)
    {
        foreach (var secret in _secrets.Values.Where(secret => secret.Owner.Id == userId))
        {
            _secrets.TryRemove(secret.Value, out _);
        }
    }

    private string Mint(User owner, string prefix, bool isPassword)
    {
        var value = Opaque.Secret(prefix);
        _secrets[value] = new PersonalSecret(owner, value, isPassword);
        return value;
    }
}
