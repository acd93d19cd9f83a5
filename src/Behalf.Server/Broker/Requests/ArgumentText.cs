using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Behalf.Catalog;

namespace Behalf.Broker.Requests;

/// <summary>How a JSON value is written where there is only text: in a path, a query, a form or a header.</summary>
internal static class ArgumentText
{
    public static string Of(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "",
        JsonValueKind.String => value.GetValue<string>(),
        JsonValueKind.Number => Number(value.ToJsonString()),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => value.ToJsonString(BodyWriter.Json),
    };

    /// <summary>The name and value pairs that a parameter becomes.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Pairs(string name, JsonNode? value, ListStyle style) =>
        (value, style) switch
        {
            (JsonArray list, ListStyle.Repeat) => list.Select(item => KeyValuePair.Create(name, Of(item))),
            (JsonArray list, ListStyle.Brackets) => list.Select(item => KeyValuePair.Create(name + "[]", Of(item))),
            (JsonArray list, ListStyle.Csv) => [new(name, string.Join(',', list.Select(Of)))],
            _ => [new(name, Of(value))],
        };

    /// <summary>A model may write the integer five as 5.0, which JSON Schema takes but no URL does.</summary>
    private static string Number(string json) =>
        decimal.TryParse(json, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && decimal.IsInteger(number)
            ? number.ToString("0", CultureInfo.InvariantCulture)
            : json;
}
