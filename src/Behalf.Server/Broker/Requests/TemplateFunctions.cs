using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Behalf.Broker.Requests;

/// <summary>What the functions of a template do.</summary>
internal static class TemplateFunctions
{
    public static JsonNode? Call(string name, JsonElement input, Template template) => name switch
    {
        "$base64url" => OnText(template.Fill(input), text => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text))),
        "$first" => input.EnumerateArray().Select(template.Fill).FirstOrDefault(value => value is not null),
        "$if" => If(input, template),
        "$join" => Join(input, template),
        "$list" => List(input, template),
        "$rfc3339" => OnTime(template.Fill(input), time => JsonValue.Create(
            time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))),
        "$rfc5322" => Rfc5322.Write(input, template),
        "$unix" => OnTime(template.Fill(input), time => JsonValue.Create(time.ToUnixTimeSeconds())),
        _ => throw new InvalidOperationException($"There is no template function {name}."),
    };

    /// <summary><c>{"has": parameter, "then": …, "else": …}</c></summary>
    private static JsonNode? If(JsonElement input, Template template)
    {
        var has = template.Argument(input.GetProperty("has").GetString()!) is not null;
        return input.TryGetProperty(has ? "then" : "else", out var branch) ? template.Fill(branch) : null;
    }

    /// <summary><c>{"with": text, "of": […]}</c>; lists among the parts are joined too.</summary>
    private static JsonValue? Join(JsonElement input, Template template)
    {
        var parts = List(input.GetProperty("of"), template);
        return parts is null
            ? null
            : JsonValue.Create(string.Join(input.GetProperty("with").GetString(), parts.Select(ArgumentText.Of)));
    }

    /// <summary>One flat list of all that is there; absent if nothing is.</summary>
    private static JsonArray? List(JsonElement input, Template template)
    {
        var items = input.EnumerateArray().Select(template.Fill)
            .SelectMany(value => value is JsonArray list ? list.Select(item => item?.DeepClone()) : [value])
            .Where(value => value is not null)
            .ToArray();
        return items.Length is 0 ? null : [.. items];
    }

    private static JsonValue? OnText(JsonNode? value, Func<string, string> change) =>
        value is null ? null : JsonValue.Create(change(ArgumentText.Of(value)));

    private static JsonValue? OnTime(JsonNode? value, Func<DateTimeOffset, JsonValue> change)
    {
        if (value is null)
        {
            return null;
        }

        // A date without a zone is taken as UTC: the server's own zone is nobody's business.
        var text = ArgumentText.Of(value);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? change(time)
            : throw new ToolArgumentException("", $"'{text}' is not a date and time such as 2026-01-31T09:00:00Z.");
    }
}
