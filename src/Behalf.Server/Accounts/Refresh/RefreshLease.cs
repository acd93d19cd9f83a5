using System.Globalization;
using Behalf.Catalog;

namespace Behalf.Accounts.Refresh;

/// <summary>How long a refresh may be held, and how long the provider may take within it. Two bounds must hold at once: the
/// lease is longer than the call and its commit, and no longer than a third of the grace in which a lost answer can be asked
/// for again. Where they cannot, the provider is treated as strict.</summary>
internal readonly record struct RefreshLease(TimeSpan Length, RotationPolicy Policy)
{
    private const long UsualMs = 90_000;
    private const long ShortestMs = 5_000;

    /// <summary>The same rule for the statement that claims, over the row that it claims.</summary>
    public static string Sql { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"case when rot_policy = 1 and grace_ms >= {3 * ShortestMs} and grace_ms < {3 * UsualMs} then grace_ms / 3 else {UsualMs} end");

    /// <summary>The call's own deadline: the rest of the lease is for the commit and its retries.</summary>
    public TimeSpan CallDeadline => Length * 0.5;

    /// <summary>A node that was paused longer than this since its claim must not send any more: its lease may be over before
    /// the answer is here, and a fence cannot call back what was sent.</summary>
    public TimeSpan LatestStart => Length * 0.4;

    public static RefreshLease Of(RotationPolicy policy, long? graceMs) => policy switch
    {
        RotationPolicy.Grace when graceMs is >= 3 * ShortestMs =>
            new RefreshLease(TimeSpan.FromMilliseconds(Math.Min(graceMs.Value / 3, UsualMs)), RotationPolicy.Grace),
        RotationPolicy.Grace => new RefreshLease(TimeSpan.FromMilliseconds(UsualMs), RotationPolicy.Strict),
        _ => new RefreshLease(TimeSpan.FromMilliseconds(UsualMs), policy),
    };
}
