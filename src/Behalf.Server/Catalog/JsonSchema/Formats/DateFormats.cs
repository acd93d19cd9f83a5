using System.Globalization;
using System.Text.RegularExpressions;

namespace Behalf.Catalog.JsonSchema;

/// <summary>RFC 3339: dates and times (§5.6) and durations (appendix A).</summary>
internal static partial class DateFormats
{
    private const int LengthOfDate = 10;

    public static bool IsDateTime(ReadOnlySpan<char> text) =>
        text.Length > LengthOfDate && text[LengthOfDate] is 'T' or 't'
        && IsDate(text[..LengthOfDate]) && IsTime(text[(LengthOfDate + 1)..]);

    public static bool IsDate(ReadOnlySpan<char> text) =>
        text.Length == LengthOfDate && text[4] == '-' && text[7] == '-'
        && TryNumber(text[..4], out var year)
        && TryNumber(text[5..7], out var month)
        && TryNumber(text[8..], out var day)
        && month is >= 1 and <= 12 && day >= 1
        && day <= DateTime.DaysInMonth(year == 0 ? 4 : year, month); // .NET has no year 0, which is a leap year

    public static bool IsTime(ReadOnlySpan<char> text)
    {
        if (!TimeSyntax().IsMatch(text))
        {
            return false;
        }

        TryNumber(text[..2], out var hour);
        TryNumber(text[3..5], out var minute);
        TryNumber(text[6..8], out var second);
        var offset = 0;
        if (text[^1] is not ('Z' or 'z'))
        {
            TryNumber(text[^5..^3], out var offsetHour);
            TryNumber(text[^2..], out var offsetMinute);
            if (offsetHour > 23 || offsetMinute > 59)
            {
                return false;
            }

            offset = ((offsetHour * 60) + offsetMinute) * (text[^6] == '-' ? -1 : 1);
        }

        // A leap second is the last of a day in UTC (§5.7), whatever the local time says.
        const int Day = 24 * 60;
        var inUtc = ((hour * 60) + minute - offset + Day + Day) % Day;
        return hour <= 23 && minute <= 59 && (second <= 59 || (second == 60 && inUtc == Day - 1));
    }

    public static bool IsDuration(ReadOnlySpan<char> text) => DurationSyntax().IsMatch(text);

    private static bool TryNumber(ReadOnlySpan<char> digits, out int number) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    [GeneratedRegex(@"\A[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})\z")]
    private static partial Regex TimeSyntax();

    [GeneratedRegex(@"\AP(?:[0-9]+W|(?!\z)(?:[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?|[0-9]+M(?:[0-9]+D)?|[0-9]+D)?
        (?:T(?:[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S))?)\z", RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex DurationSyntax();
}
