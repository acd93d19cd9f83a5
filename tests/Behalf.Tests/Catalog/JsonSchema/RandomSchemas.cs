using System.Text.Json.Nodes;
using Behalf.Catalog.JsonSchema;

namespace Behalf.Tests.Catalog.JsonSchema;

/// <summary>Random schemas of one draft. Left out is where ajv is known to leave the drafts: keywords beside a draft 7
/// $ref, contains beside a tuple (an empty array fits it), an if alone, unevaluated keywords around a branch that may
/// fail (what the failed branch looked at counts as evaluated), fractions that a double cannot hold.
/// The official suite covers these.</summary>
internal sealed class RandomSchemas(SchemaDraft draft, RandomJson json)
{
    /// <summary>Changes with every schema: either branches or unevaluated keywords.</summary>
    private bool _branches;

    private static readonly string[] Types = ["string", "integer", "number", "boolean", "array", "object", "null"];

    private static readonly string[] Patterns =
    [
        "^a", "b$", "^[a-z]+$", "\\d", "^\\D*$", "^\\w+$", "\\s", "^.$", "^..$", "^(a|b)\\1?$", "^(?!a)", "(?<=a)b", "^\\p{L}+$",
        "^[^a]*$", "^🐲+$", "^[🐲-🐵]$", "\\u{1F432}", "^(?<x>a).\\k<x>$", "^a{1,2}", "^x-", "[\\s\\S]", "a\\b",
    ];

    private static readonly string[] Formats =
        ["date", "date-time", "time", "email", "ipv4", "ipv6", "uri", "uuid", "json-pointer", "regex"];

    private static readonly string[] Definitions = ["leaf", "tree"];

    private bool IsDraft7 => draft == SchemaDraft.Draft7;

    private string DefinitionsKeyword => IsDraft7 ? "definitions" : "$defs";

    public JsonObject Root()
    {
        _branches = IsDraft7 || json.OneIn(2);
        var schema = Object(3);
        if (!schema.ContainsKey("$ref") || !IsDraft7)
        {
            schema[DefinitionsKeyword] = new JsonObject
            {
                ["leaf"] = Object(0, mayRefer: false),
                ["tree"] = new JsonObject
                {
                    ["properties"] = new JsonObject { ["a"] = Reference("tree"), ["b"] = Object(1, mayRefer: false) },
                    ["required"] = new JsonArray([.. Names()]),
                },
            };
            return schema;
        }

        return new JsonObject { ["type"] = "object" };
    }

    private JsonNode Schema(int depth) => json.Random.Next(12) switch
    {
        0 => JsonValue.Create(true),
        1 => JsonValue.Create(false),
        _ => Object(depth),
    };

    private JsonObject Object(int depth, bool mayRefer = true)
    {
        if (mayRefer && json.OneIn(8))
        {
            return Reference(json.Pick(Definitions));
        }

        var schema = new JsonObject();
        for (var i = json.Random.Next(1, 4); i > 0; i--)
        {
            AddKeywords(schema, depth);
        }

        return schema;
    }

    private JsonObject Reference(string definition) => new() { ["$ref"] = $"#/{DefinitionsKeyword}/{definition}" };

    private void AddKeywords(JsonObject schema, int depth)
    {
        switch (json.Random.Next(depth > 0 ? 16 : 6))
        {
            case 0:
                schema["type"] = json.OneIn(2)
                    ? json.Pick(Types)
                    : new JsonArray([.. Distinct(() => json.Pick(Types), 3)]);
                break;
            case 1:
                schema["enum"] = new JsonArray(
                    [.. json.Many(4, () => json.Value(1), least: 1).Aggregate(new List<JsonNode?>(), WithNew)]);
                break;
            case 2:
                AddForText(schema);
                break;
            case 3:
                AddForNumbers(schema);
                break;
            case 4:
                schema["const"] = json.Value(1);
                break;
            case 5:
                AddCounts(schema);
                break;
            case 6 or 7 or 8:
                AddForObjects(schema, depth - 1);
                break;
            case 9 or 10 or 11:
                AddForArrays(schema, depth - 1);
                break;
            default:
                AddCombination(schema, depth - 1);
                break;
        }
    }

    private void AddForText(JsonObject schema)
    {
        var (keyword, value) = json.Random.Next(4) switch
        {
            0 => ("minLength", JsonValue.Create(json.Random.Next(4))),
            1 => ("maxLength", JsonValue.Create(json.Random.Next(6))),
            2 => ("pattern", JsonValue.Create(json.Pick(Patterns))),
            _ => ("format", JsonValue.Create(json.Pick(Formats))),
        };
        schema[keyword] = value;
    }

    private void AddForNumbers(JsonObject schema)
    {
        if (json.OneIn(4))
        {
            schema["multipleOf"] = JsonNode.Parse(json.Pick<string>(["1", "2", "3", "0.5", "10"]));
        }
        else
        {
            schema[json.Pick<string>(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"])] = json.Number();
        }
    }

    private void AddCounts(JsonObject schema)
    {
        var keyword = json.Pick<string>(
            ["minItems", "maxItems", "minProperties", "maxProperties", "uniqueItems", "required"]);
        schema[keyword] = keyword switch
        {
            "uniqueItems" => true,
            "required" => new JsonArray([.. Names()]),
            _ => json.Random.Next(4),
        };
    }

    private void AddForObjects(JsonObject schema, int depth)
    {
        switch (json.Random.Next(8))
        {
            case 0:
                schema["patternProperties"] = json.Object(() => json.Pick(Patterns), () => Schema(depth), most: 2);
                break;
            case 1:
                schema["additionalProperties"] = Schema(depth);
                break;
            case 2:
                schema["propertyNames"] = Schema(0);
                break;
            case 3 when IsDraft7:
                schema["dependencies"] = json.Object(
                    json.FieldName, () => json.OneIn(2) ? Schema(depth) : new JsonArray([.. Names()]), most: 2);
                break;
            case 3 when _branches:
                schema["dependentSchemas"] = json.Object(json.FieldName, () => Schema(depth), most: 2);
                schema["dependentRequired"] = json.Object(json.FieldName, () => new JsonArray([.. Names()]), most: 2);
                break;
            case 4 when !_branches:
                schema["unevaluatedProperties"] = Schema(0);
                break;
            default:
                schema["properties"] = json.Object(json.FieldName, () => Schema(depth));
                break;
        }
    }

    private void AddForArrays(JsonObject schema, int depth)
    {
        switch (json.Random.Next(6))
        {
            case 0 when _branches && !IsDraft7 && !schema.ContainsKey("prefixItems"):
                schema["contains"] = Schema(depth);
                schema["minContains"] = json.Random.Next(3);
                schema["maxContains"] = json.Random.Next(1, 4);
                break;
            case 0 when IsDraft7 && schema["items"] is not JsonArray:
                schema["contains"] = Schema(depth);
                break;
            case 1 or 2 when IsDraft7 && !schema.ContainsKey("contains"):
                schema["items"] = Tuple(depth);
                schema["additionalItems"] = Schema(depth);
                break;
            case 1 or 2 when !IsDraft7 && !schema.ContainsKey("contains"):
                schema["prefixItems"] = Tuple(depth);
                break;
            case 3 when !_branches:
                schema["unevaluatedItems"] = Schema(0);
                break;
            default:
                schema["items"] = Schema(depth);
                break;
        }
    }

    private void AddCombination(JsonObject schema, int depth)
    {
        switch (_branches ? json.Random.Next(5) : 5)
        {
            case 0:
                schema["not"] = Schema(depth);
                break;
            case 1:
                schema["if"] = Schema(depth);
                schema["then"] = Schema(depth);
                schema["else"] = Schema(depth);
                break;
            default:
                schema[_branches ? json.Pick<string>(["allOf", "anyOf", "oneOf"]) : "allOf"] =
                    new JsonArray([.. json.Many(3, () => Schema(depth), least: 1)]);
                break;
        }
    }

    private static List<JsonNode?> WithNew(List<JsonNode?> values, JsonNode? value)
    {
        if (!values.Any(known => JsonNode.DeepEquals(known, value)))
        {
            values.Add(value);
        }

        return values;
    }

    private JsonArray Tuple(int depth) => new([.. json.Many(3, () => Object(depth), least: 1)]);

    private IEnumerable<JsonNode?> Names() =>
        Distinct(json.FieldName, 2);

    private IEnumerable<JsonNode?> Distinct(Func<string> make, int most) =>
        json.Many(most, make, least: 1).Distinct().Select(name => (JsonNode?)JsonValue.Create(name));
}
