using System.Globalization;
using Behalf.Catalog;

namespace Behalf.Broker.Responses;

/// <summary>Reads how long a provider wants to be left alone.</summary>
internal static class RetryTime
{
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Most = TimeSpan.FromDays(1);

    public static TimeSpan? Of(RateLimitSigns signs, UpstreamAnswer answer)
    {
        if (answer.Headers.TryGetValue(signs.RetryAfterHeader, out var after))
        {
            return Seconds(after) is { } seconds ? Clamp(TimeSpan.FromSeconds(seconds))
                : DateTimeOffset.TryParse(after, CultureInfo.InvariantCulture, out var date) ? Clamp(date - answer.At)
                : null;
        }

        return signs.ResetHeader is { } header && answer.Headers.TryGetValue(header, out var reset)
            && Seconds(reset) is { } number
            ? Clamp(Span(signs.ResetUnit, number, answer.At))
            : null;
    }

    /// <summary>A 403 or 400 with nothing remaining, or with a time to come back, is a rate limit in
    /// disguise.</summary>
    public static bool IsUsedUp(RateLimitSigns signs, UpstreamAnswer answer) =>
        answer.Status is 400 or 403
        && (answer.Headers.ContainsKey(signs.RetryAfterHeader)
            || (signs.RemainingHeader is { } header && answer.Headers.TryGetValue(header, out var remaining)
                && remaining.Trim() is "0"));

    private static TimeSpan Span(ResetUnit unit, double number, DateTimeOffset now) => unit switch
    {
        ResetUnit.Seconds => TimeSpan.FromSeconds(number),
        ResetUnit.EpochMilliseconds => TimeSpan.FromMilliseconds(number - now.ToUnixTimeMilliseconds()),
        _ => TimeSpan.FromSeconds(number - now.ToUnixTimeSeconds()),
    };

    private static double? Seconds(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
        && number < 1e14
            ? number
            : null;

    private static TimeSpan Clamp(TimeSpan span) => span < Least ? Least : span > Most ? Most : span;
}
