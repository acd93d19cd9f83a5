using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Behalf.Catalog;

namespace Behalf.Broker.Requests;

/// <summary>Brings a call's arguments into the form that the schema and the request builder expect.</summary>
internal static class ToolArguments
{
    /// <summary>Comparing each with each is cheap among so few.</summary>
    private const int MostPlain = 8;

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

        var defaults = ArgumentPlaces.Of(tool).Defaults;
        if (IsPlain(arguments) && !defaults.Any(absent => !arguments.TryGetProperty(absent.Key, out _)))
        {
            return arguments;
        }

        var prepared = (JsonObject)LenientJson.Parse(JsonMarshal.GetRawUtf8Value(arguments))!;
        var nulls = prepared.Where(argument => argument.Value is null).Select(argument => argument.Key).ToArray();
        foreach (var name in nulls)
        {
            prepared.Remove(name);
        }

        foreach (var (name, value) in defaults)
        {
            if (!prepared.ContainsKey(name))
            {
                prepared[name] = ToNode(value);
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

    /// <summary>Whether there is nothing to make plain or to mend: a few scalars, none of them null or named twice, without
    /// an escape or a broken letter.</summary>
    private static bool IsPlain(JsonElement arguments)
    {
        var text = JsonMarshal.GetRawUtf8Value(arguments);
        if (text.Contains((byte)'\\') || !Utf8.IsValid(text))
        {
            return false;
        }

        var seen = 0;
        foreach (var argument in arguments.EnumerateObject())
        {
            if (argument.Value.ValueKind is JsonValueKind.Null or JsonValueKind.Object or JsonValueKind.Array || ++seen > MostPlain
                || arguments.EnumerateObject().Take(seen - 1).Any(earlier => argument.NameEquals(earlier.Name)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsBlank(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() is "",
        JsonValueKind.Array => value.GetArrayLength() is 0,
        _ => false,
    };
}
