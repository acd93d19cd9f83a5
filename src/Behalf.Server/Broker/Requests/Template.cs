using System.Text.Json;
using System.Text.Json.Nodes;
using Behalf.Catalog;

namespace Behalf.Broker.Requests;

/// <summary>Fills in a template: a string that is wholly <c>{name}</c> becomes that argument, of whatever type; an
/// object
/// with one member that starts with <c>$</c> is a call of one of <see cref="Placeholders.Functions"/>; all else is
/// itself. What depends on an absent argument is left out.</summary>
internal sealed class Template(Func<string, JsonNode?> argument)
{
    /// <summary>Null means absent; a template has no other use for null.</summary>
    public JsonNode? Fill(JsonElement template) => template.ValueKind switch
    {
        JsonValueKind.String => FillText(template.GetString()!),
        JsonValueKind.Array => FillList(template),
        JsonValueKind.Object when IsCall(template, out var call) => TemplateFunctions.Call(call.Name, call.Value, this),
        JsonValueKind.Object => FillObject(template),
        JsonValueKind.Null => null,
        _ => JsonValue.Create(template),
    };

    public JsonNode? Argument(string name) => argument(name);

    private JsonNode? FillText(string text) =>
        Placeholders.Name(text) is { } name ? Argument(name) : JsonValue.Create(text);

    private JsonArray FillList(JsonElement template) =>
        [.. template.EnumerateArray().Select(Fill).Where(item => item is not null)];

    private JsonObject FillObject(JsonElement template)
    {
        var filled = new JsonObject();
        foreach (var member in template.EnumerateObject())
        {
            if (Fill(member.Value) is { } value)
            {
                filled[member.Name] = value;
            }
        }

        return filled;
    }

    private static bool IsCall(JsonElement template, out JsonProperty call)
    {
        call = default;
        foreach (var member in template.EnumerateObject())
        {
            call = member;
            return member.Name.StartsWith('$');
        }

        return false;
    }
}
