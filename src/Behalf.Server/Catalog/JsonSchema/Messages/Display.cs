using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary>Values as they appear in messages: short, on one line, and unmistakable.</summary>
internal static class Display
{
    /// <summary>No more than this of any text out of a schema's value or an instance.</summary>
    public const int Longest = 60;

    /// <summary>How many names or values are worth listing.</summary>
    private const int MostListed = 20;

    public static string Quote(string text) =>
        $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(Cut(text, Longest))}\"";

    public static string Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Quote(value.GetString()!),
        JsonValueKind.Array when value.GetArrayLength() == 0 => "an empty array",
        JsonValueKind.Array => $"an array of {Count(value.GetArrayLength(), "item")}",
        JsonValueKind.Object => "an object",
        _ => Cut(value.GetRawText(), Longest),
    };

    /// <summary>Where the kind is the point, a string that looks like a number must not be mistaken for one.</summary>
    public static string ValueAndKind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Value(value) + " (a string)",
        JsonValueKind.Number => Value(value) + " (a number)",
        JsonValueKind.True or JsonValueKind.False => Value(value) + " (a boolean)",
        _ => Value(value),
    };

    public static string Count(long count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");

    public static string List(IEnumerable<string> entries, string conjunction = "")
    {
        var all = entries.ToList();
        var shown = all.Take(MostListed).ToList();
        if (all.Count > shown.Count)
        {
            return $"{string.Join(", ", shown)} and {Count(all.Count - shown.Count, "other")}";
        }

        return conjunction.Length > 0 && shown.Count > 1
            ? $"{string.Join(", ", shown.SkipLast(1))} {conjunction} {shown[^1]}"
            : string.Join(", ", shown);
    }

    /// <summary>Never between the halves of a character.</summary>
    public static string Cut(string text, int longest)
    {
        if (text.Length <= longest)
        {
            return text;
        }

        var end = char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest;
        return text[..end] + "…";
    }
}
