using System.Net;

namespace Behalf.Projects.Limits;

/// <summary>How many requests a minute this process takes; 0 means any number.</summary>
internal sealed record RateSettings
{
    /// <summary><c>BEHALF_RATE_PER_KEY</c>: with one project key.</summary>
    public int PerKey { get; init; }

    /// <summary><c>BEHALF_RATE_PER_USER_KEY</c>: with one user key, which an agent's process holds; a loop in it ends here.</summary>
    public int PerUserKey { get; init; } = 6000;

    /// <summary><c>BEHALF_RATE_PER_PROJECT</c>: with all keys of a project, unless the operator gave it a number of its own.</summary>
    public int PerProject { get; init; }

    /// <summary><c>BEHALF_RATE_PER_ADDRESS</c>: without a key, from one address.</summary>
    public int PerAddress { get; init; } = 6000;
}

/// <summary>Makes whoever asks too often wait: each key, each project with all its keys, and each address that comes without a
/// key. Counted in this process alone, in memory.</summary>
internal sealed class RequestRates(RateSettings settings, TimeProvider clock)
{
    private readonly Buckets<Id<IdKinds.ApiKey>> _keys = new(clock);
    private readonly Buckets<Id<IdKinds.Project>> _projects = new(clock);
    private readonly Buckets<UInt128> _addresses = new(clock);

    /// <returns>The refusal, if the key, or its project, asked too often.</returns>
    public Problem? Count(Caller caller) => caller.Kind == KeyKinds.Admin
        ? null
        : Take(_keys, caller.Key, caller.Kind == KeyKinds.User ? settings.PerUserKey : settings.PerKey)
            ?? Take(_projects, caller.Project, caller.RequestsPerMinute ?? settings.PerProject);

    /// <summary>For requests without a key. Those from the machine itself are its own, or come through a proxy on it: then the
    /// addresses behind it are counted once the proxy is named.</summary>
    /// <returns>The refusal, if the address asked too often.</returns>
    public Problem? CountStranger(IPAddress? address) => settings.PerAddress > 0 && (address is null || !IPAddress.IsLoopback(address))
        ? Take(_addresses, RemoteAddress.KeyOf(address), settings.PerAddress)
        : null;

    private static Problem? Take<TKey>(Buckets<TKey> buckets, TKey key, int perMinute)
        where TKey : notnull => perMinute > 0 && buckets.TakeOrWait(key, perMinute) is { } seconds
        ? new Problem(Refusal.RateLimited, $"Rate limit exceeded. Limit: {perMinute} requests per minute.")
        {
            RetryAfterSeconds = seconds,
            RequestsPerMinute = perMinute,
        }
        : null;
}
