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

    /// <summary>Where the next attempt may end the grant: an earlier answer may be lost, and the provider takes the old token no
    /// more. Such a row is nobody's to claim while its access token is good; whoever still holds the answer can store it.</summary>
    public static string SqlMustWait { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"intent_at is not null and (rot_policy = 3 or (rot_policy = 1 and coalesce(grace_ms, 0) < {3 * ShortestMs})) and coalesce(expires_at, 0) > behalf_now()");

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
