using System.Text.Json;
using Behalf.Catalog.JsonSchema;

namespace Behalf.Tests.Catalog.JsonSchema;

/// <summary>Neither a value nor a schema can make the server fall over or stand still.</summary>
public sealed class LimitTests
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 50_000 };

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"additionalProperties": {"$ref": "#"}, "items": {"$ref": "#"}}""")]
    [InlineData("""{"const": 1}""")]
    [InlineData("""{"not": {"uniqueItems": true}}""")]
    public void A_value_ten_thousand_levels_deep_is_refused(string schema)
    {
        var compiled = Compile(schema);
        string[] values =
        [
            Nested("[", 10_000, "]"), Nested("""{"a":""", 10_000, "}", "1"), Nested("""[{"a":""", 5_000, "}]", "1"),
        ];
        Assert.All(values, json =>
        {
            var value = JsonDocument.Parse(json, Deep).RootElement;
            Assert.False(compiled.IsValid(value));
            Assert.Equal(["the value is nested deeper than 64 levels"], Messages(compiled, value));
        });
    }

    [Fact]
    public void The_last_level_that_is_taken_is_the_sixty_fourth()
    {
        var schema = Compile("""{"items": {"$ref": "#"}, "type": "array"}""");
        Assert.True(schema.IsValid(JsonDocument.Parse(Nested("[", 64, "]"), Deep).RootElement));
        Assert.False(schema.IsValid(JsonDocument.Parse(Nested("[", 65, "]"), Deep).RootElement));
    }

    [Fact]
    public void Brackets_in_text_are_no_levels()
    {
        var json = $"[\"{new string('[', 500)}\\\"{new string('{', 500)}\\\\\", {Nested("[", 63, "]")}]";
        Assert.True(Compile("{}").IsValid(JsonDocument.Parse(json).RootElement));
    }

    [Theory]
    [InlineData("""["\ud83d"]""")]
    [InlineData("""["\udc32"]""")]
    [InlineData("""["\udc32\ud83d"]""")]
    [InlineData("""["\ud83d\n"]""")]
    [InlineData("""["\ud83dx\udc32"]""")]
    [InlineData("""{"\ud83d": 1}""")]
    public void Text_that_no_string_can_hold_is_refused_before_anything_reads_it(string json)
    {
        var schema = Compile("""{"items": {"pattern": "a", "minLength": 1}, "properties": {"a": true}}""");
        var value = JsonDocument.Parse(json).RootElement;
        Assert.False(schema.IsValid(value));
        Assert.Equal(["the value holds text that is not valid Unicode"], Messages(schema, value));
        Assert.Throws<MalformedSchemaException>(() => CompiledSchema.Compile(value, SchemaDraft.Draft7));
    }

    [Fact]
    public void Bytes_that_are_no_UTF_8_are_refused()
    {
        var value = JsonDocument.Parse(new byte[] { (byte)'"', 0xC3, 0x28, (byte)'"' }).RootElement;
        Assert.False(Compile("{}").IsValid(value));
    }

    [Fact]
    public void A_pair_of_escapes_is_one_character()
    {
        var schema = Compile("""{"minLength": 4, "maxLength": 4, "pattern": "^.{2}\\n[^a]$"}""");
        Assert.True(schema.IsValid(JsonDocument.Parse(""" "\ud83d\udc32\u0041\n\uD83D\uDC32" """).RootElement));
    }

    [Fact]
    public void A_schema_too_deep_to_read_is_refused()
    {
        var schema = JsonDocument.Parse(Nested("""{"not":""", 10_000, "}", "true"), Deep).RootElement;
        var refusal = Assert.Throws<MalformedSchemaException>(() => CompiledSchema.Compile(schema, SchemaDraft.Draft7));
        Assert.Equal("#", refusal.Place);
    }

    [Fact]
    public void A_chain_of_references_longer_than_the_stack_is_a_refusal_and_no_crash()
    {
        var definitions = string.Join(',', Enumerable.Range(0, 20_000).Select(i => $$"""
            "d{{i}}": {"$ref": "#/$defs/d{{i + 1}}"}
            """));
        var schema = Compile($$$"""{"$ref": "#/$defs/d0", "$defs": {{{{definitions}}}, "d20000": true}}""");
        string[] messages = [];
        var value = JsonDocument.Parse("1").RootElement;
        var small = new Thread(() => messages = [.. Messages(schema, value)], maxStackSize: 256 * 1024);
        small.Start();
        small.Join();
        Assert.Equal(["the value takes too much work to check against this schema"], messages);
    }

    [Theory]
    [InlineData("anyOf")]
    [InlineData("allOf")]
    [InlineData("oneOf")]
    public void Branches_that_multiply_come_to_an_end(string keyword)
    {
        var definitions = string.Join(',', Enumerable.Range(0, 60).Select(i => $$"""
            "d{{i}}": {"{{keyword}}": [{"$ref": "#/$defs/d{{i + 1}}"}, {"$ref": "#/$defs/d{{i + 1}}"}]}
            """));
        var last = keyword == "allOf" ? "true" : "false";
        var schema = Compile($$$"""{"$ref": "#/$defs/d0", "$defs": {{{{definitions}}}, "d60": {{{last}}}}}""");
        var value = JsonDocument.Parse("1").RootElement;
        Assert.False(schema.IsValid(value));
        Assert.Equal(["the value takes too much work to check against this schema"], Messages(schema, value));
    }

    [Fact]
    public void What_could_not_be_judged_is_not_made_valid_by_a_not()
    {
        var schema = Compile("""{"not": {"pattern": "^(?=(a+)+$)b"}}""");
        var value = JsonSerializer.SerializeToElement(new string('a', 60) + "!");
        Assert.False(schema.IsValid(value));
        Assert.Equal(["the value takes too long to compare with the pattern ^(?=(a+)+$)b"], Messages(schema, value));
    }

    [Fact]
    public void A_pattern_without_lookarounds_is_linear_whatever_it_repeats()
    {
        var schema = Compile("""{"pattern": "^(a+)+$"}""");
        var violation = schema.Validate(JsonSerializer.SerializeToElement(new string('a', 100_000) + "!"), 1)[0];
        Assert.Equal("pattern", violation.Keyword);
    }

    [Fact]
    public void A_million_items_are_within_the_budget()
    {
        var json = Nested("[0", 1, Nested(",1", 999_999, "") + "]");
        var schema = Compile("""{"items": {"type": "integer", "anyOf": [{"minimum": 5}, {"maximum": 1}]}}""");
        Assert.True(schema.IsValid(JsonDocument.Parse(json).RootElement));
    }

    [Fact]
    public void Unique_items_are_found_out_without_comparing_each_with_each()
    {
        var schema = Compile("""{"uniqueItems": true}""");
        var items = Enumerable.Range(0, 100_000).Select(i => new { a = i, b = "x" }).ToList();
        Assert.True(schema.IsValid(JsonSerializer.SerializeToElement(items)));
        Assert.False(schema.IsValid(JsonSerializer.SerializeToElement(items.Append(items[500]))));
    }

    [Fact]
    public void A_verdict_makes_no_garbage()
    {
        var schema = CompiledSchema.Compile(
            JsonDocument.Parse("""
                {"type": "object", "additionalProperties": false, "required": ["channel"], "properties": {
                "channel": {"type": "string", "pattern": "^C[A-Z0-9]+$", "maxLength": 20},
                "priority": {"type": "integer", "maximum": 4}, "amount": {"multipleOf": 0.01},
                "due": {"format": "date-time"}, "kind": {"enum": ["a", "b"]},
                "tags": {"uniqueItems": true, "items": {"anyOf": [{"type": "string", "minLength": 1}, {"type": "null"}]}}}}
                """).RootElement,
            SchemaOptions.ForToolArguments);
        var good = JsonDocument.Parse("""
            {"channel": "C0123", "priority": 3, "amount": 19.99, "due": "2026-01-31T09:30:00Z", "kind": "b",
            "tags": ["x", "\"y\"", null]}
            """).RootElement;
        var bad = JsonDocument.Parse("""{"channel": "general", "priority": 7}""").RootElement;

        // What is measured settles once the runtime has compiled it for good; before that its own boxes count.
        var least = Enumerable.Range(0, 50).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 200; i++)
            {
                Assert.True(schema.IsValid(good));
                Assert.False(schema.IsValid(bad));
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
        Assert.Equal(0, least);
    }

    private static string Nested(string open, int times, string close, string core = "") =>
        string.Concat(Enumerable.Repeat(open, times)) + core + string.Concat(Enumerable.Repeat(close, times));

    private static IEnumerable<string> Messages(CompiledSchema schema, JsonElement value) =>
        schema.Validate(value, 10).Select(violation => violation.Message);

    private static CompiledSchema Compile(string schema) =>
        CompiledSchema.Compile(JsonDocument.Parse(schema, Deep).RootElement, SchemaDraft.Draft202012);
}
