using Behalf.Sandbox.Provider;

namespace Behalf.Sandbox;

/// <summary>How a provider starts.</summary>
internal sealed record SandboxOptions
{
    /// <summary>Where to listen; port 0 takes a free one.</summary>
    public string Url { get; init; } = "http://127.0.0.1:0";

    /// <summary>Opens <c>/ctl</c>, by which anyone on this machine can make the provider misbehave.</summary>
    public bool Controls { get; init; }

    public ProviderModes Modes { get; init; } = new();

    /// <summary>Tells the time to everything that expires. Latency and hanging are real time.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How many requests and token events are remembered; counts go on past it.</summary>
    public int LedgerCapacity { get; init; } = 50_000;
}
