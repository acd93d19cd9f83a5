using Behalf.Sandbox;
using Behalf.Sandbox.Provider;

namespace Behalf.Tests.Chaos;

/// <summary>One way in which a provider's next answer is not what it should be.</summary>
internal sealed record ProviderTrouble
{
    public required string Name { get; init; }

    public FaultKind? Fault { get; init; }

    public int? RetryAfter { get; init; }

    /// <summary>For answers that are well-formed and odd.</summary>
    public Func<ProviderModes, ProviderModes>? Odd { get; init; }

    /// <summary>The provider did its work, and its answer is lost.</summary>
    public bool AnswerLost => Fault is FaultKind.TimeoutAfter or FaultKind.RstAfter or FaultKind.TruncatedJson;

    /// <summary>Said 200, in whatever words, and was read to a limit; a bomb is not.</summary>
    public bool SaysDone => Fault is FaultKind.Html200 or FaultKind.TruncatedJson or FaultKind.Garbage or FaultKind.HugeBody;

    /// <summary>It asks the whole app to come back later.</summary>
    public bool AsksForPause => Fault == FaultKind.Status429 || (Fault == FaultKind.Status503 && RetryAfter is not null);

    public static IReadOnlyList<ProviderTrouble> Faults { get; } =
    [
        .. from kind in Enum.GetValues<FaultKind>()
           where !ChaosSize.IsShort || kind is not (FaultKind.Timeout or FaultKind.TimeoutAfter)
           select new ProviderTrouble { Name = kind.ToString(), Fault = kind },
        new() { Name = "Status429 with Retry-After", Fault = FaultKind.Status429, RetryAfter = 7 },
        new() { Name = "Status503 with Retry-After", Fault = FaultKind.Status503, RetryAfter = 7 },
    ];

    public static IReadOnlyList<ProviderTrouble> Oddities { get; } =
    [
        .. from expires in Enum.GetValues<ExpiresIn>()
           where expires != ExpiresIn.Normal
           select new ProviderTrouble { Name = $"expires_in {expires}", Odd = modes => modes with { ExpiresIn = expires } },
        new() { Name = "no refresh token", Odd = modes => modes with { IncludeRefreshTokenOnRefresh = false } },
    ];

    public static IReadOnlyList<ProviderTrouble> All { get; } = [.. Faults, .. Oddities];

    /// <summary>Strikes one request of a step while something is done, and is over then.</summary>
    public async Task<T> DuringAsync<T>(SandboxHost provider, Step step, Func<Task<T>> doing)
    {
        var before = provider.Modes;
        if (Fault is { } kind)
        {
            provider.Faults.Add(step, kind, retryAfter: RetryAfter);
        }

        provider.Modes = Odd?.Invoke(before) ?? before;
        var struck = provider.Ledger.Requests.Count(r => r.Step == step);
        var done = await doing();
        Assert.True(provider.Ledger.Requests.Count(r => r.Step == step) > struck, $"{Name}: no request came to the provider.");
        Assert.Empty(provider.Faults.Due);
        provider.Modes = before;
        return done;
    }
}
