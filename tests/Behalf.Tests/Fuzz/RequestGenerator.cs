using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Behalf.Tests.Fuzz;

internal sealed record FuzzRequest(HttpMethod Method, string Path, string? Body, string Key);

/// <summary>Makes requests from the server's own description: mostly of the described form, with every so often something
/// that is not. The same seed makes the same requests.</summary>
internal sealed class RequestGenerator(JsonElement document, int seed, IReadOnlyList<string> ids, IReadOnlyList<string> keys)
{
    private static readonly string[] Odd =
    [
        "", " ", "null", "undefined", "-1", "0", "99999999999999999999", "1e999", "true", "%00", "\u0000", "\ud800", "a\u0000b", "'; drop table account; --",
        "<script>alert(1)</script>", "../../etc/passwd", "..%2f..%2f", "{{7*7}}", "ca_", "ca_0000000000000000000001", "ac_zzzzzzzzzzzzzzzzzzzzzz",
        "🦀🦀🦀", "İ", "\r\nX-Injected: 1", "http://127.0.0.1/", "https://user@evil.example/", "SANDBOX_GET_ME", "sandbox", "ACTIVE,EXPIRED", new('x', 5000),
    ];

    private readonly Random _random = new(seed);
    private readonly List<(string Method, string Path, JsonElement Operation)> _operations =
    [
        .. from path in document.GetProperty("paths").EnumerateObject()
           from operation in path.Value.EnumerateObject()
           select (operation.Name, path.Name, operation.Value),
    ];

    public FuzzRequest Next()
    {
        var (method, path, operation) = _operations[_random.Next(_operations.Count)];
        var filled = System.Text.RegularExpressions.Regex.Replace(path, @"\{[^}]+\}", _ => Uri.EscapeDataString(Printable(PathValue())));
        var query = new StringBuilder();
        if (operation.TryGetProperty("parameters", out var parameters))
        {
            foreach (var parameter in parameters.EnumerateArray().Where(p => p.GetProperty("in").GetString() == "query" && _random.Next(3) == 0))
            {
                query.Append(query.Length == 0 ? '?' : '&').Append(parameter.GetProperty("name").GetString()).Append('=')
                    .Append(Uri.EscapeDataString(Printable(_random.Next(2) == 0 ? PathValue() : _random.Next(2000).ToString(System.Globalization.CultureInfo.InvariantCulture))));
            }
        }

        string? body = null;
        if (operation.TryGetProperty("requestBody", out var requestBody) && _random.Next(20) != 0)
        {
            var schema = requestBody.GetProperty("content").GetProperty("application/json").GetProperty("schema");
            body = Mutated((Value(schema, 0) ?? new JsonObject()).ToJsonString());
        }

        return new FuzzRequest(new HttpMethod(method.ToUpperInvariant()), filled + query, body, keys[_random.Next(keys.Count)]);
    }

    private string PathValue() => _random.Next(3) == 0 ? Odd[_random.Next(Odd.Length)] : ids[_random.Next(ids.Count)];

    /// <summary>Half a surrogate pair has no UTF-8 form to escape.</summary>
    private static string Printable(string text) => text.Replace("\ud800", "\ufffd", StringComparison.Ordinal);

    private JsonNode? Value(JsonElement schema, int depth)
    {
        if (_random.Next(12) == 0 || depth > 6)
        {
            return Anything();
        }

        if (schema.TryGetProperty("$ref", out var reference))
        {
            return Value(document.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1]), depth + 1);
        }

        foreach (var choice in new[] { "anyOf", "oneOf", "allOf" })
        {
            if (schema.TryGetProperty(choice, out var options))
            {
                return Value(options[_random.Next(options.GetArrayLength())], depth + 1);
            }
        }

        return Type(schema) switch
        {
            "object" => Members(schema, depth),
            "array" => schema.TryGetProperty("items", out var items)
                ? new JsonArray([.. Enumerable.Range(0, _random.Next(4)).Select(_ => Value(items, depth + 1))])
                : new JsonArray(),
            "integer" or "number" => JsonValue.Create(_random.Next(-5, 100_000)),
            "boolean" => JsonValue.Create(_random.Next(2) == 0),
            "string" => JsonValue.Create(Printable(PathValue())),
            _ => Anything(),
        };
    }

    private JsonObject Members(JsonElement schema, int depth)
    {
        var made = new JsonObject();
        if (schema.TryGetProperty("properties", out var properties))
        {
            foreach (var property in properties.EnumerateObject().Where(_ => _random.Next(4) != 0))
            {
                made[property.Name] = Value(property.Value, depth + 1);
            }
        }

        return made;
    }

    private JsonNode? Anything() => _random.Next(8) switch
    {
        0 => null,
        1 => JsonValue.Create(_random.NextInt64()),
        2 => JsonValue.Create(1e300),
        3 => new JsonArray(1, "x", null),
        4 => new JsonObject { ["a"] = new JsonObject { ["b"] = "c" } },
        5 => JsonValue.Create(true),
        _ => JsonValue.Create(Printable(Odd[_random.Next(Odd.Length)])),
    };

    private static string? Type(JsonElement schema) => !schema.TryGetProperty("type", out var type) ? null
        : type.ValueKind == JsonValueKind.String ? type.GetString()
        : type.EnumerateArray().Select(t => t.GetString()).FirstOrDefault(t => t != "null");

    private string Mutated(string body) => _random.Next(25) switch
    {
        0 => body[..(body.Length / 2)],
        1 => body + "}",
        2 => "[" + body + "]",
        3 => new string('[', 200) + new string(']', 200),
        4 => "\"" + body.Replace("\"", "", StringComparison.Ordinal) + "\"",
        _ => body,
    };
}
