using System.Text.Json;
using Behalf.Catalog.JsonSchema;

namespace Behalf.Tests.Catalog.JsonSchema;

/// <summary>A schema that cannot be compiled is refused with its place,
/// and with nothing but that one exception.</summary>
public sealed class MalformedSchemaTests
{
    [Theory]
    [InlineData("5", "#")]
    [InlineData("""{"type": "strng"}""", "#/type")]
    [InlineData("""{"type": []}""", "#/type")]
    [InlineData("""{"properties": {"a/b": {"minLength": -1}}}""", "#/properties/a~1b/minLength")]
    [InlineData("""{"maxItems": 1.5}""", "#/maxItems")]
    [InlineData("""{"items": {"maximum": "4"}}""", "#/items/maximum")]
    [InlineData("""{"multipleOf": 0}""", "#/multipleOf")]
    [InlineData("""{"enum": "open"}""", "#/enum")]
    [InlineData("""{"required": true}""", "#/required")]
    [InlineData("""{"required": ["a", 1]}""", "#/required")]
    [InlineData("""{"uniqueItems": 1}""", "#/uniqueItems")]
    [InlineData("""{"properties": {"a": 1}}""", "#/properties/a")]
    [InlineData("""{"properties": []}""", "#/properties")]
    [InlineData("""{"anyOf": []}""", "#/anyOf")]
    [InlineData("""{"allOf": [true, null]}""", "#/allOf/1")]
    [InlineData("""{"items": [true]}""", "#/items")]
    [InlineData("""{"not": "this"}""", "#/not")]
    [InlineData("""{"pattern": "(["}""", "#/pattern")]
    [InlineData("""{"patternProperties": {"\\Z": {}}}""", "#/patternProperties")]
    [InlineData("""{"$ref": 1}""", "#/$ref")]
    [InlineData("""{"$ref": "#/$defs/none"}""", "#")]
    [InlineData("""{"$ref": "#/const", "const": 5}""", "#")]
    [InlineData("""{"$ref": "#none"}""", "#")]
    [InlineData("""{"properties": {"a": {"$ref": "https://example.com/other.json"}}}""", "#/properties/a")]
    [InlineData("""{"$id": "https://example.com/#here"}""", "#/$id")]
    [InlineData("""{"$defs": {"a": {"$anchor": "x"}, "b": {"$anchor": "x"}}}""", "#/$defs/b/$anchor")]
    [InlineData("""{"$defs": {"a": {"$id": "x"}, "b": {"$id": "x"}}}""", "#/$defs/b/$id")]
    [InlineData("""{"$schema": "https://json-schema.org/draft/2019-09/schema"}""", "#/$schema")]
    [InlineData("""{"$schema": 7}""", "#/$schema")]
    public void A_malformed_schema_is_refused_with_its_place(string schema, string place) =>
        Assert.Equal(place, Refusal(schema).Place);

    [Fact]
    public void A_schema_that_goes_around_in_circles_is_refused()
    {
        string[] circles =
        [
            """{"$ref": "#"}""",
            """{"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}""",
            """{"allOf": [{"anyOf": [{"not": {"$ref": "#"}}]}]}""",
            """{"if": {"$ref": "#"}}""",
            """{"dependentSchemas": {"a": {"$ref": "#"}}}""",
            """{"$dynamicAnchor": "a", "oneOf": [{"$dynamicRef": "#a"}]}""",
        ];
        Assert.All(circles, schema => Assert.EndsWith("without going deeper into the value", Refusal(schema).Reason));
    }

    [Fact]
    public void Going_deeper_into_the_value_is_no_circle()
    {
        var tree = """{"properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}}, "additionalProperties": false}""";
        var schema = CompiledSchema.Compile(JsonDocument.Parse(tree).RootElement, SchemaDraft.Draft202012);
        Assert.True(schema.IsValid(JsonDocument.Parse("""{"left": {"left": {}, "right": {}}}""").RootElement));
        Assert.False(schema.IsValid(JsonDocument.Parse("""{"left": {"left": {}, "middle": {}}}""").RootElement));
    }

    [Fact]
    public void A_reference_out_of_the_schema_reaches_the_registry_and_nothing_else()
    {
        var other = JsonDocument.Parse("""{"$defs": {"id": {"type": "integer"}}}""").RootElement;
        var options = SchemaOptions.Default with
        {
            Registry = SchemaRegistry.Standard.With("https://example.com/other.json", other),
        };
        var schema = CompiledSchema.Compile(
            JsonDocument.Parse("""{"$ref": "https://example.com/other.json#/$defs/id"}""").RootElement, options);
        Assert.True(schema.IsValid(JsonDocument.Parse("1").RootElement));
        Assert.False(schema.IsValid(JsonDocument.Parse("\"1\"").RootElement));
        Assert.EndsWith("nothing is fetched", Refusal("""{"$ref": "https://example.com/other.json"}""").Reason);
    }

    [Fact]
    public void A_fault_in_a_registered_schema_is_placed_there()
    {
        var faulty = JsonDocument.Parse("""{"not": 1}""").RootElement;
        var options = SchemaOptions.Default with
        {
            Registry = SchemaRegistry.Standard.With("https://example.com/o", faulty),
        };
        var refusal = Assert.Throws<MalformedSchemaException>(() => CompiledSchema.Compile(
            JsonDocument.Parse("""{"$ref": "https://example.com/o"}""").RootElement, options));
        Assert.Equal("https://example.com/o#/not", refusal.Place);
    }

    [Fact]
    public void The_schema_outlives_the_document_it_came_from()
    {
        var document = JsonDocument.Parse("""{"enum": [{"a": "b"}], "description": "x"}""");
        var schema = CompiledSchema.Compile(document.RootElement, SchemaDraft.Draft7);
        document.Dispose();
        Assert.Single(schema.Validate(JsonDocument.Parse("1").RootElement, 1));
    }

    private static MalformedSchemaException Refusal(string schema) =>
        Assert.Throws<MalformedSchemaException>(
            () => CompiledSchema.Compile(JsonDocument.Parse(schema).RootElement, SchemaDraft.Draft202012));
}
