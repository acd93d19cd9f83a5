using System.Security.Cryptography;
using Behalf.Accounts.OAuth;
using Behalf.Catalog;

namespace Behalf.Accounts.Refresh;

/// <summary>When a credential is to be renewed.</summary>
internal static class RefreshSchedule
{
    /// <summary>Never, for what does not expire or cannot be renewed.</summary>
    public const long Never = long.MaxValue;

    public const int ProbeEveryMs = 24 * 60 * 60 * 1000;

    private const long UsualMarginMs = 5 * 60 * 1000;

    /// <summary>Before expiry by a margin and a random part of the lifetime, so that accounts connected together do not come
    /// due together. A provider whose rotation is strict is asked as late and as rarely as can be: each asking is a risk.</summary>
    public static long DueAt(AuthScheme scheme, bool canRefresh, long? expiresAt, long now)
    {
        if (!canRefresh || expiresAt is not { } expiry)
        {
            return Never;
        }

        var lifetime = Math.Max(0, expiry - now);
        var margin = Math.Min(MarginMs(scheme), lifetime / 4);
        var strict = scheme is OAuth2Scheme { Refresh.Rotation.Policy: RotationPolicy.Strict };
        var jitter = strict ? 0 : (long)(lifetime * 0.2 * RandomNumberGenerator.GetInt32(1_000_000) / 1_000_000);
        return expiry - margin - jitter;
    }

    /// <summary>When to ask again after a refresh that failed and did not end the grant.</summary>
    /// <param name="claim">The refresh.</param>
    /// <param name="result">What came of it.</param>
    /// <param name="unknown">The provider may have rotated and not told.</param>
    /// <param name="now">The database's time.</param>
    public static long RetryAt(RefreshClaim claim, TokenResult result, bool unknown, long now)
    {
        var lease = claim.Lease;
        if (unknown && lease.Policy == RotationPolicy.Strict && claim.ExpiresAt > now)
        {
            // One attempt is left, and it may end the grant: first use up the token that is still good.
            return claim.ExpiresAt.Value;
        }

        var backoff = Math.Min(1000L << Math.Min(claim.Attempt - 1, 8), 5 * 60 * 1000L);
        var asked = (result.RetryAfterSeconds ?? 0) * 1000L;

        // While an answer may be lost the grace runs: ask again soon, whatever the back-off says.
        var hurry = (unknown && lease.Policy is RotationPolicy.Grace) || RefreshPauses.MustNotWait(claim);
        var longest = hurry ? (long)lease.Length.TotalMilliseconds / 2 : long.MaxValue;
        return now + Math.Min(Math.Max(backoff, asked), longest);
    }

    /// <summary>The first question after a connection comes within a day, at a random time of it; the others a day apart.</summary>
    public static long FirstProbeAt(long now) => now + RandomNumberGenerator.GetInt32(ProbeEveryMs / 2, ProbeEveryMs);

    public static long MarginMs(AuthScheme scheme) =>
        scheme is OAuth2Scheme { Refresh.MarginSeconds: { } seconds } ? seconds * 1000L : UsualMarginMs;
}
