using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Behalf.Broker.Requests;

namespace Behalf.Broker.Responses;

/// <summary>Makes a result fit its byte limit and says what is missing: items from the end of a list first, then the
/// longest texts.</summary>
internal static class Cutting
{
    public const string NoteMember = "_truncated";

    // Room for the notes themselves.
    private const int Reserve = 400;
    private const int ShortestCutText = 200;

    /// <param name="list">The member that holds the list, if the result is one.</param>
    /// <param name="limitParameter">The tool's parameter for the number of items, to be named in the note.</param>
    public static void Cut(JsonObject data, int maxBytes, string? list, string? limitParameter)
    {
        if (Size(data) <= maxBytes)
        {
            return;
        }

        var room = maxBytes - Reserve;
        var notes = new List<string>();
        if (list is not null && data[list] is JsonArray { Count: > 1 } items)
        {
            CutItems(data, items, room, list, limitParameter, notes);
        }

        CutTexts(data, room, notes);
        if (Size(data) > room)
        {
            data.Clear();
            notes = [$"the answer is larger than {Bytes(maxBytes)} and could not be shortened; ask for less"];
        }

        data[NoteMember] = string.Join(" ", notes);
    }

    private static void CutItems(
        JsonObject data, JsonArray items, int room, string list, string? limitParameter, List<string> notes)
    {
        var all = items.Count;
        var over = Size(data) - room;
        while (over > 0 && items.Count > 1)
        {
            over -= Size(items[^1]) + 1;
            items.RemoveAt(items.Count - 1);
        }

        if (items.Count < all)
        {
            // Going on to the next page would skip what was cut: the same page must be asked for in smaller steps.
            var advice = limitParameter is null
                ? "narrow the search"
                : $"ask again with {limitParameter}={items.Count}";
            notes.Add($"cut {all - items.Count} of {all} {list} to keep the answer small; {advice}.");
        }
    }

    private static void CutTexts(JsonObject data, int room, List<string> notes)
    {
        for (var over = Size(data) - room; over > 0; over = Size(data) - room)
        {
            var holder = Texts(data).MaxBy(text => text.GetValue<string>().Length);
            if (holder?.GetValue<string>() is not { Length: > ShortestCutText } longest)
            {
                return;
            }

            var keep = Math.Max(ShortestCutText, longest.Length - over);
            keep -= char.IsHighSurrogate(longest[keep - 1]) ? 1 : 0;
            notes.Add($"cut the text at {holder.GetPath()} to {keep} of {longest.Length} characters.");
            holder.ReplaceWith(longest[..keep]);
        }
    }

    private static IEnumerable<JsonValue> Texts(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => Texts(member.Value)),
        JsonArray items => items.SelectMany(Texts),
        JsonValue value when value.GetValueKind() is JsonValueKind.String => [value],
        _ => [],
    };

    private static int Size(JsonNode? node) => BodyWriter.WriteJson(node).Length;

    private static string Bytes(int count) => string.Create(CultureInfo.InvariantCulture, $"{count} bytes");
}
