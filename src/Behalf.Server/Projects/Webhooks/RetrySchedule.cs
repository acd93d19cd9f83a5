using System.Security.Cryptography;

namespace Behalf.Projects.Webhooks;

/// <summary>When a delivery that failed is tried again: the pauses that Standard Webhooks recommends, each up to a fifth
/// longer, so that what failed together does not come back together.</summary>
internal static class RetrySchedule
{
    private static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    /// <summary>The pause after the attempt of that number; null after the last one.</summary>
    public static TimeSpan? After(int attempt) => attempt > Pauses.Length
        ? null
        : Pauses[attempt - 1] * (1 + (RandomNumberGenerator.GetInt32(1_000_000) / 5_000_000.0));
}
