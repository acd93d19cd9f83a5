using System.Globalization;
using Behalf.Egress;

namespace Behalf.Accounts.OAuth;

/// <summary>RFC 9110 §10.2.3, in seconds; a date, or more than a day, is not taken.</summary>
internal static class RetryAfter
{
    public static int? Of(EgressResponse response) =>
        int.TryParse(response.Headers.GetValueOrDefault("Retry-After"), CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 86400
            ? seconds
            : null;
}
