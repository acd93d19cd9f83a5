namespace Behalf.Vault;

/// <summary>How long and how many project keys stay unwrapped in memory.</summary>
internal sealed record ProjectKeyLimits
{
    public int Capacity { get; init; } = 10_000;

    /// <summary>After this the provider is asked again, so that a key it no longer gives is no longer used.</summary>
    public TimeSpan Fresh { get; init; } = TimeSpan.FromHours(1);

    /// <summary>As long as this a key serves on while the provider does not answer.</summary>
    public TimeSpan Stale { get; init; } = TimeSpan.FromHours(24);

    /// <summary>After a provider did not answer, how long until it is asked again.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(30);
}
