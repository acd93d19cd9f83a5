namespace Behalf.Accounts.Refresh;

/// <summary>No usable credential could be had.</summary>
internal sealed class RefreshRefusedException(RefreshOutcome outcome, CallAccount account) : Exception($"The credential was not renewed: {outcome}.")
{
    public RefreshOutcome Outcome { get; } = outcome;

    public CallAccount Account { get; } = account;

    /// <summary>When the provider is to be asked again, where it has said so.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>What its caller is told where the provider asked for a pause.</summary>
    public Problem? Busy => RetryAfterSeconds is { } seconds
        ? new Problem(Refusal.ProviderBusy, "The provider has asked this app to slow down, and the connection's credential must be renewed first.")
        {
            RetryAfterSeconds = seconds,
        }
        : null;
}
