using System.Security.Cryptography;
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

    /// <summary>The first question after a connection comes within a day, at a random time of it; the others a day apart.</summary>
    public static long FirstProbeAt(long now) => now + RandomNumberGenerator.GetInt32(ProbeEveryMs / 2, ProbeEveryMs);

    public static long MarginMs(AuthScheme scheme) =>
        scheme is OAuth2Scheme { Refresh.MarginSeconds: { } seconds } ? seconds * 1000L : UsualMarginMs;
}
