using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Behalf.Catalog;

namespace Behalf.Broker.Requests;

/// <summary>Brings a call's arguments into the form that the schema and the request builder expect.</summary>
internal static class ToolArguments
{
    /// <summary>Models send null for what they leave out, and leave out what has a default: both are made plain here,
    /// before the schema is checked.</summary>
    public static JsonElement Prepare(Tool tool, JsonElement arguments)
    {
        if (arguments.ValueKind is not JsonValueKind.Object)
        {
            return arguments.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null
                ? Prepare(tool, JsonElement.Parse("{}"))
                : arguments;
        }

        var prepared = (JsonObject)LenientJson.Parse(JsonMarshal.GetRawUtf8Value(arguments))!;
        var nulls = prepared.Where(argument => argument.Value is null).Select(argument => argument.Key).ToArray();
        foreach (var name in nulls)
        {
            prepared.Remove(name);
        }

        foreach (var property in tool.Input.GetProperty("properties").EnumerateObject())
        {
            if (!prepared.ContainsKey(property.Name) && property.Value.TryGetProperty("default", out var value))
            {
                prepared[property.Name] = ToNode(value);
            }
        }

        return JsonSerializer.SerializeToElement(prepared);
    }

    /// <summary>What breaks a rule over several arguments, in words for the model.</summary>
    public static IReadOnlyList<string> BrokenRules(Tool tool, JsonElement prepared)
    {
        var broken = new List<string>();
        foreach (var rule in tool.Rules)
        {
            var given = rule.Of
                .Where(name => prepared.TryGetProperty(name, out var value) && !IsBlank(value))
                .ToArray();
            if (rule.Kind is ArgumentRuleKind.AtLeastOne && given.Length is 0)
            {
                broken.Add($"Give at least one of {string.Join(", ", rule.Of)}.");
            }
            else if (rule.Kind is ArgumentRuleKind.AtMostOne && given.Length > 1)
            {
                broken.Add($"Give only one of {string.Join(", ", given)}.");
            }
        }

        return broken;
    }

    internal static JsonNode? ToNode(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => JsonObject.Create(value),
        JsonValueKind.Array => JsonArray.Create(value),
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        _ => JsonValue.Create(value),
    };

    private static bool IsBlank(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() is "",
        JsonValueKind.Array => value.GetArrayLength() is 0,
        _ => false,
    };
}
