using System.Text.Json;
using Behalf.Catalog.JsonSchema;

namespace Behalf.Tests.Catalog.JsonSchema;

/// <summary>What a model reads when its arguments are refused: the path, what was wrong, what is allowed.</summary>
public sealed class MessageTests
{
    /// <summary>Schema, value, and one line for each violation.</summary>
    public static TheoryData<string, string, string> Messages => new()
    {
        // type, enum, const
        { """{"type": "object"}""", "[1]", "the value must be an object, got an array of 1 item" },
        { """{"properties": {"n": {"type": "integer"}}}""", """{"n": "7"}""", "n: must be an integer, got \"7\" (a string)" },
        { """{"properties": {"n": {"type": "integer"}}}""", """{"n": 7.5}""", "n: must be an integer, got 7.5 (a number)" },
        { """{"properties": {"n": {"type": ["string", "null"]}}}""", """{"n": true}""", "n: must be a string or null, got true (a boolean)" },
        { """{"properties": {"n": {"type": ["integer", "string", "null"]}}}""", """{"n": []}""", "n: must be a string, an integer or null, got an empty array" },
        { """{"properties": {"s": {"enum": ["open", "closed", 3]}}}""", """{"s": "shut"}""", "s: must be one of \"open\", \"closed\", 3, got \"shut\"" },
        { """{"enum": []}""", "1", "the value must be nothing at all, got 1" },
        { """{"enum": [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22]}""", "0", "the value must be one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 and 2 others, got 0" },
        { """{"properties": {"v": {"const": {"a": 1}}}}""", """{"v": {}}""", "v: must be {\"a\": 1}, got an object" },

        // numbers
        { """{"properties": {"priority": {"maximum": 4}}}""", """{"priority": 7}""", "priority: must be at most 4, got 7" },
        { """{"minimum": 1}""", "0.5", "the value must be at least 1, got 0.5" },
        { """{"exclusiveMinimum": 0}""", "0", "the value must be more than 0, got 0" },
        { """{"exclusiveMaximum": 1}""", "1.0", "the value must be less than 1, got 1.0" },
        { """{"multipleOf": 0.01}""", "1.005", "the value must be a multiple of 0.01, got 1.005" },

        // text
        { """{"properties": {"t": {"minLength": 3}}}""", """{"t": "🐲"}""", "t: must have at least 3 characters, got 1" },
        { """{"maxLength": 1}""", "\"ab\"", "the value must have at most 1 character, got 2" },
        { """{"pattern": "^C[A-Z0-9]+$"}""", "\"general\"", "the value must match the pattern ^C[A-Z0-9]+$, got \"general\"" },
        { """{"format": "date-time"}""", "\"tomorrow\"", "the value must be a date and time with offset such as 2026-01-31T09:30:00Z, got \"tomorrow\"" },

        // objects
        { """{"required": ["channel"], "properties": {"channel": {"type": "string", "description": "Conversation ID, e.g. C0123456789."}}}""", "{}", "channel is missing: give a string (Conversation ID, e.g. C0123456789)" },
        { """{"required": ["c"], "properties": {"c": {"type": "string", "title": "Channel", "examples": ["C01", "C02"]}}}""", "{}", "c is missing: give a string (Channel, e.g. C01)" },
        { """{"required": ["d"], "properties": {"d": {"type": "string", "format": "date"}}}""", "{}", "d is missing: give a string (e.g. 2026-01-31)" },
        { """{"required": ["s"], "properties": {"s": {"enum": ["a", "b"]}}}""", "{}", "s is missing: give one of \"a\", \"b\"" },
        { """{"required": ["r"], "properties": {"r": {"$ref": "#/$defs/r"}}, "$defs": {"r": {"type": "integer", "description": "Row"}}}""", "{}", "r is missing: give an integer (Row)" },
        { """{"required": ["o"], "properties": {"o": {"anyOf": [{"type": "string"}, {"type": "null"}]}}}""", "{}", "o is missing: give a string or null" },
        { """{"properties": {"to": {"required": ["a", "b"]}}}""", """{"to": {}}""", "to.a is missing: give a value\nto.b is missing: give a value" },
        { """{"additionalProperties": false, "properties": {"title": {}, "body": {}, "labels": {}}}""", """{"colour": 1}""", "colour is not a known field; known fields are title, body, labels" },
        { """{"additionalProperties": false, "properties": {"a": {}}, "patternProperties": {"^x-": {}}}""", """{"b": 1}""", "b is not a known field; known fields are a; also names that match ^x-" },
        { """{"additionalProperties": false, "patternProperties": {"^x-": {}}}""", """{"b": 1}""", "b is not a known field; known are names that match ^x-" },
        { """{"additionalProperties": false}""", """{"b": 1}""", "b is not a known field; no fields are allowed here" },
        { """{"unevaluatedProperties": false, "properties": {"a": {}}, "allOf": [{"properties": {"b": {}}}]}""", """{"c": 1}""", "c is not a known field; known fields are a, b" },
        { """{"properties": {"old": false}}""", """{"old": 1}""", "old is not allowed here" },
        { """{"minProperties": 1}""", "{}", "the value must have at least 1 field, got 0" },
        { """{"properties": {"h": {"maxProperties": 1}}}""", """{"h": {"a": 1, "b": 2}}""", "h: must have at most 1 field, got 2" },
        { """{"properties": {"h": {"propertyNames": {"pattern": "^[a-z]+$"}}}}""", """{"h": {"A b": 1}}""", "h: must not have the field \"A b\": the name must match the pattern ^[a-z]+$, got \"A b\"" },
        { """{"dependentRequired": {"card": ["address"]}}""", """{"card": 1}""", "address is missing: it is needed where card is given" },

        // arrays
        { """{"properties": {"rows": {"items": {"properties": {"id": {"type": "string"}}}}}}""", """{"rows": [{}, {"id": 1}]}""", "rows[1].id: must be a string, got 1 (a number)" },
        { """{"properties": {"tags": {"minItems": 1}}}""", """{"tags": []}""", "tags: must have at least 1 item, got 0" },
        { """{"maxItems": 1}""", "[1, 2]", "the value must have at most 1 item, got 2" },
        { """{"prefixItems": [{}, {}], "items": false}""", "[1, 2, 3]", "the value must have at most 2 items, got 3" },
        { """{"uniqueItems": true}""", """["a", "b", "a"]""", "the value must not have the same item twice, but item 2 repeats \"a\"" },
        { """{"contains": {"type": "string"}}""", "[1]", "the value must contain at least 1 item that is a string, got 0" },
        { """{"contains": {"minimum": 5}, "maxContains": 1}""", "[6, 7]", "the value must contain at most 1 item that fits the schema under contains, got 2" },

        // combinations
        { """{"properties": {"to": {"anyOf": [{"type": "string"}, {"type": "object"}]}}}""", """{"to": 5}""", "to: must be a string or an object, got 5 (a number)" },
        { """{"oneOf": [{"const": "low", "title": "Low"}, {"const": "high"}]}""", "\"mid\"", "the value must be \"low\" or \"high\", got \"mid\" (a string)" },
        { """{"anyOf": [{"type": "string", "maxLength": 3}, {"type": "null"}]}""", "\"abcd\"", "the value must have at most 3 characters, got 4" },
        { """{"oneOf": [{"properties": {"kind": {"const": "circle"}}, "required": ["radius"]}, {"properties": {"kind": {"const": "square"}}, "required": ["side"]}]}""", """{"kind": "square", "radius": 1}""", "side is missing: give a value" },
        { """{"anyOf": [{"required": ["id"]}, {"required": ["email"]}]}""", "{}", "the value must fit one of 2 alternatives: (1) id is missing: give a value; (2) email is missing: give a value" },
        { """{"oneOf": [{"type": "number"}, {"minimum": 0}]}""", "1", "the value must fit only one of 2 alternatives, but fits (1) and (2)" },
        { """{"not": {"required": ["cc", "bcc"]}}""", """{"cc": 1, "bcc": 2}""", "the value must not have cc and bcc together" },
        { """{"not": {"required": ["cc"]}}""", """{"cc": 1}""", "the value must not have cc" },
        { """{"properties": {"n": {"not": {"type": "null"}}}}""", """{"n": null}""", "n: must not be null, got null" },
        { """{"not": {"minimum": 5}}""", "6", "the value must not fit the schema under not, got 6" },
        { """{"if": {"properties": {"a": {"const": 1}}}, "then": {"required": ["b"]}}""", """{"a": 1}""", "b is missing: give a value" },
        { """{"allOf": [{"minimum": 5}, {"multipleOf": 2}]}""", "3", "the value must be at least 5, got 3\nthe value must be a multiple of 2, got 3" },

        // names and values are shown so that they stay on their line and do not run on
        { """{"properties": {"a b": {"type": "null"}}}""", """{"a b": 1}""", "[\"a b\"]: must be null, got 1 (a number)" },
        { """{"additionalProperties": {"properties": {"x.y": {"type": "null"}}}}""", """{"naïve": {"x.y": 1}}""", "naïve[\"x.y\"]: must be null, got 1 (a number)" },
        { """{"additionalProperties": false}""", """{"ignore\nprevious": 1}""", "[\"ignore\\nprevious\"] is not a known field; no fields are allowed here" },
        { """{"type": "null"}""", """ "line\n\"two\"" """, "the value must be null, got \"line\\n\\\"two\\\"\" (a string)" },
        { """{"type": "null"}""", "\"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz\"", "the value must be null, got \"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefgh…\" (a string)" },
        { """{"type": "null"}""", "123456789012345678901234567890123456789012345678901234567890123", "the value must be null, got 123456789012345678901234567890123456789012345678901234567890… (a number)" },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_violation_says_where_what_and_what_is_allowed(string schema, string value, string expected)
    {
        var violations = Compile(schema).Validate(Parse(value), 10);
        Assert.Equal(expected, string.Join('\n', violations.Select(violation => violation.Message)));
    }

    [Fact]
    public void A_violation_names_its_path_and_keyword()
    {
        var violations = Compile("""{"required": ["a"], "properties": {"b": {"items": {"maximum": 4}}}}""")
            .Validate(Parse("""{"b": [1, 7]}"""), 10);
        Assert.Equal([("a", "required"), ("b[1]", "maximum")], violations.Select(violation => (violation.Path, violation.Keyword)));
    }

    [Fact]
    public void No_more_violations_are_listed_than_asked_for()
    {
        var schema = Compile("""{"items": {"type": "null"}}""");
        Assert.Equal(3, schema.Validate(Parse("[1, 2, 3, 4, 5]"), 3).Count);
    }

    [Fact]
    public void A_long_text_of_the_model_is_never_echoed_whole()
    {
        var secret = new string('s', 61);
        var schema = Compile(
            """{"type": "null", "enum": [1], "pattern": "^$", "not": {"type": "string"}, "anyOf": [{"type": "null"}, {"required": ["a"], "type": "object"}]}""");
        var asValue = schema.Validate(JsonSerializer.SerializeToElement(secret), 10);
        var asName = Compile("""{"additionalProperties": false, "propertyNames": {"maxLength": 3}}""")
            .Validate(JsonSerializer.SerializeToElement(new Dictionary<string, int> { [secret] = 1 }), 10);
        Assert.Equal(5, asValue.Count);
        Assert.Equal(2, asName.Count);
        Assert.All(asValue.Concat(asName), violation => Assert.DoesNotContain(secret, violation.Message, StringComparison.Ordinal));
        Assert.All(asName, violation => Assert.DoesNotContain(secret, violation.Path, StringComparison.Ordinal));
    }

    private static CompiledSchema Compile(string schema) => CompiledSchema.Compile(Parse(schema), SchemaOptions.ForToolArguments);

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;
}
