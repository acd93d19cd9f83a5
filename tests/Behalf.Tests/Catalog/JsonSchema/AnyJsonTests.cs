using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Behalf.Catalog.JsonSchema;

namespace Behalf.Tests.Catalog.JsonSchema;

/// <summary>What holds for every JSON there is, tried with a great deal of it.</summary>
public sealed class AnyJsonTests
{
    private const int Tries = 6000;

    private static readonly string[] Keywords =
    [
        "$schema", "$id", "$anchor", "$dynamicAnchor", "$ref", "$dynamicRef", "$defs", "definitions", "type", "enum", "const", "minimum",
        "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern", "format", "minItems",
        "maxItems", "uniqueItems", "items", "prefixItems", "additionalItems", "contains", "minContains", "maxContains", "properties",
        "patternProperties", "additionalProperties", "propertyNames", "required", "minProperties", "maxProperties", "dependencies",
        "dependentRequired", "dependentSchemas", "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "unevaluatedItems",
        "unevaluatedProperties", "description", "examples", "title",
    ];

    private static readonly string[] Strings =
    [
        "#", "#/", "#a", "#/properties/a", "#/$defs/a", "#/items/0", "#/~2", "a", "b", "http://[", "//", "%zz", "#%", "urn:x:y", "a:b#c",
        "http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2020-12/schema", "..", "./../a?b", "string", "integer",
        "object", "array", "date-time", "regex", "^a", "(?<a>x)\\k<a>", "(", "[", "a{2,1}", "a{99999999999}", "(a{9999}){9999}", "\\p{L}",
        "\\p{Greek}", "\\u{110000}", "\\ud83d", "[\\d-z]", "(?(1)a)", "(?=a)*", "(?i)a", "\\1", "$^", "[^]", "[]", "{", "}", "]", "\\cZ", "\\0",
        "x{0}", "(?:)", "(?<!a|b)c", "\\x4", "\\k<", "[z-a]", "\\", "(((((((((((((((((((((((a", "🐲", "[🐲-🐵]", "\u0000", "\uffff",
    ];

    private static readonly string[] Numbers =
        ["0", "-0", "1", "-1", "2.5", "1e400", "-1e-400", "1e99999999999999999999", "0e5", "123456789012345678901234567890.123", "0.1", "3.0"];

    [Fact]
    public void Any_JSON_compiles_or_is_refused_and_judges_any_value_without_another_exception()
    {
        var compiled = 0;
        ForAll(seed: 1, json =>
        {
            var schema = Any(json, 4);
            if (TryCompile(schema, json) is not { } usable)
            {
                return;
            }

            compiled++;
            foreach (var value in json.Many(5, () => Any(json, 3), least: 5))
            {
                AssertAgrees(usable, value);
            }
        });
        Assert.InRange(compiled, Tries / 10, Tries);
    }

    [Fact]
    public void A_good_schema_with_one_part_replaced_does_no_harm_either() => ForAll(seed: 2, json =>
    {
        var schema = new RandomSchemas(json.OneIn(2) ? SchemaDraft.Draft7 : SchemaDraft.Draft202012, json).Root();
        Replace(schema, json);
        if (TryCompile(schema, json) is { } usable)
        {
            AssertAgrees(usable, json.Value());
        }
    });

    [Fact]
    public void Every_value_fits_a_const_of_itself_and_its_spelling_does_not_matter() => ForAll(seed: 3, json =>
    {
        var value = Any(json, 4);
        var schema = Compile(new JsonObject { ["const"] = value?.DeepClone() });
        Assert.True(schema.IsValid(Element(value)));
        Assert.True(schema.IsValid(Element(Respelled(value, json))));
        Assert.False(schema.IsValid(Element(new JsonArray(value?.DeepClone()))));
    });

    [Fact]
    public void Numbers_compare_as_decimals_of_any_size() => ForAll(seed: 4, json =>
    {
        var (left, right) = (RandomDecimal(json), RandomDecimal(json));
        var step = Math.Abs(right) + 0.01m;
        var maximum = Compile(new JsonObject { ["maximum"] = JsonNode.Parse(Spelled(right, json)) });
        var multiple = Compile(new JsonObject { ["multipleOf"] = JsonNode.Parse(Spelled(step, json)) });
        var integer = Compile(new JsonObject { ["type"] = "integer" });
        var value = JsonDocument.Parse(Spelled(left, json)).RootElement;
        Assert.Equal(left <= right, maximum.IsValid(value));
        Assert.Equal(left % step == 0, multiple.IsValid(value));
        Assert.Equal(decimal.Truncate(left) == left, integer.IsValid(value));
    });

    private static void ForAll(int seed, Action<RandomJson> property)
    {
        for (var i = 0; i < Tries; i++)
        {
            try
            {
                property(new RandomJson(new Random((seed * 1_000_000) + i)));
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"seed {(seed * 1_000_000) + i}", failure);
            }
        }
    }

    private static CompiledSchema? TryCompile(JsonNode? schema, RandomJson json)
    {
        try
        {
            var fallback = json.OneIn(2) ? SchemaDraft.Draft7 : SchemaDraft.Draft202012;
            return CompiledSchema.Compile(Element(schema), SchemaOptions.ForToolArguments with { Fallback = fallback });
        }
        catch (MalformedSchemaException)
        {
            return null;
        }
    }

    private static void AssertAgrees(CompiledSchema schema, JsonNode? value)
    {
        var element = Element(value);
        Assert.Equal(schema.IsValid(element), schema.Validate(element, 5).Count == 0);
    }

    private static JsonNode? Any(RandomJson json, int depth) => json.Random.Next(depth > 0 ? 10 : 5) switch
    {
        0 => null,
        1 => JsonValue.Create(json.OneIn(2)),
        2 => JsonNode.Parse(json.Pick(Numbers)),
        3 or 4 => JsonValue.Create(json.Pick(Strings)),
        5 => new JsonArray([.. json.Many(3, () => Any(json, depth - 1))]),
        _ => json.Object(() => json.OneIn(4) ? json.Pick(Strings) : json.Pick(Keywords), () => Any(json, depth - 1)),
    };

    private static void Replace(JsonNode node, RandomJson json)
    {
        if (node is JsonObject { Count: > 0 } parent)
        {
            var name = json.Pick([.. parent.Select(property => property.Key)]);
            if (parent[name] is { } child and (JsonObject or JsonArray) && !json.OneIn(3))
            {
                Replace(child, json);
            }
            else
            {
                parent[name] = Any(json, 2);
            }
        }
        else if (node is JsonArray { Count: > 0 } array)
        {
            array[json.Random.Next(array.Count)] = Any(json, 2);
        }
    }

    /// <summary>The same value with its properties in another order.</summary>
    private static JsonNode? Respelled(JsonNode? value, RandomJson json) => value switch
    {
        JsonObject properties => new JsonObject(
            from pair in properties
            orderby json.Random.Next()
            select KeyValuePair.Create(pair.Key, Respelled(pair.Value, json))),
        JsonArray items => new JsonArray([.. items.Select(item => Respelled(item, json))]),
        _ => value?.DeepClone(),
    };

    private static decimal RandomDecimal(RandomJson json) =>
        json.Random.Next(-200, 200) * json.Pick([0.01m, 0.1m, 0.5m, 1m, 10m, 1_000_000_007m, 0.000001m]);

    /// <summary>With an exponent, with zeros behind, or plainly.</summary>
    private static string Spelled(decimal value, RandomJson json)
    {
        var invariant = CultureInfo.InvariantCulture;
        var plain = value.ToString(invariant);
        var shift = json.Random.Next(6);
        var scale = (decimal)Math.Pow(10, shift);
        return json.Random.Next(4) switch
        {
            0 => plain,
            1 => plain.Contains('.', StringComparison.Ordinal) ? plain + "00" : plain + ".00",
            2 => string.Create(invariant, $"{value * scale}E-{shift}"),
            _ => string.Create(invariant, $"{value / scale}e+{shift}"),
        };
    }

    private static CompiledSchema Compile(JsonObject schema) =>
        CompiledSchema.Compile(Element(schema), SchemaDraft.Draft202012);

    private static JsonElement Element(JsonNode? node) =>
        JsonDocument.Parse(node?.ToJsonString() ?? "null").RootElement;
}
