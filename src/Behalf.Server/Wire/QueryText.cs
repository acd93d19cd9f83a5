namespace Behalf.Wire;

/// <summary>Lists in a query: comma-joined as the SDKs send them; repeated keys arrive joined the same way.</summary>
internal static class QueryText
{
    private const int MostItems = 1000;

    /// <summary>Null when the filter was not given; an empty filter text counts as not given.</summary>
    public static IReadOnlyList<string>? List(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var items = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return items.Length <= MostItems
            ? items
            : throw new Problem(Refusal.InvalidRequest, $"A filter takes at most {MostItems} values.");
    }

    /// <summary>Ids of a filter. One that cannot be an id matches nothing, so it is dropped, not refused.</summary>
    public static IReadOnlyList<Id<T>>? Ids<T>(string? text)
        where T : IIdKind =>
        List(text)?.Select(t => Id<T>.TryParse(t, out var id) ? id : (Id<T>?)null).OfType<Id<T>>().ToList();
}

/// <summary>Text that people and programs send in.</summary>
internal static class WireText
{
    public const int MostOfUserId = 256;

    /// <summary>A name of the application's own user: any text without control characters, 1 to 256 characters.</summary>
    public static string UserId(string? text) => Required(text, "user_id", MostOfUserId);

    public static string Required(string? text, string field, int most)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new Problem(Refusal.InvalidRequest, $"{field} is missing.");
        }

        return Optional(text, field, most)!;
    }

    public static string? Optional(string? text, string field, int most)
    {
        if (text is null)
        {
            return null;
        }

        if (text.Length > most)
        {
            throw new Problem(Refusal.InvalidRequest, $"{field} is longer than {most} characters.");
        }

        foreach (var rune in text.EnumerateRunes())
        {
            // U+0000 is no text in PostgreSQL; the other controls have no place in a name and forge log lines.
            if (System.Text.Rune.IsControl(rune) || rune == System.Text.Rune.ReplacementChar)
            {
                throw new Problem(Refusal.InvalidRequest, $"{field} holds a control character.");
            }
        }

        return text;
    }

    public static Id<T> Id<T>(string? text)
        where T : IIdKind =>
        Behalf.Id<T>.TryParse(text, out var id) ? id : throw new Problem(Refusal.NotFound);

    /// <summary>ISO 8601 with milliseconds, in UTC.</summary>
    public static string Time(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
