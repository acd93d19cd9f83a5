using System.Text.Json;
using Behalf.Catalog.JsonSchema;

namespace Behalf.Catalog.Lint;

/// <summary>What frameworks need of a tool's schemas: they turn them into types of their own and break on what those
/// cannot say.</summary>
internal static class SchemaRules
{
    private static readonly string[] NotAtRoot = ["anyOf", "oneOf", "allOf", "not", "if", "enum", "const"];
    private static readonly string[] Nowhere =
        ["$ref", "$defs", "definitions", "$dynamicRef", "patternProperties", "if"];

    public static void Check(Tool tool, Findings findings)
    {
        CheckSchema(tool.Input, "input", findings);
        CheckSchema(tool.Output, "output", findings);
        CheckInput(tool.Input, findings);

        // A failed call has no data, and a cut one has less of it.
        findings.AddIf(
            tool.Output.TryGetProperty("required", out _) || tool.Output.TryGetProperty("additionalProperties", out _),
            "output",
            "must not require members nor forbid others: a shortened result has fewer and says so in one more.");
        CheckExamples(tool, findings);
    }

    private static void CheckSchema(JsonElement schema, string place, Findings findings)
    {
        foreach (var keyword in NotAtRoot.Where(keyword => schema.TryGetProperty(keyword, out _)))
        {
            findings.Add(place, $"must not have {keyword} at its root.");
        }

        Walk(schema, place, findings);
    }

    private static void Walk(JsonElement node, string place, Findings findings)
    {
        switch (node.ValueKind)
        {
            case JsonValueKind.Null:
                findings.Add(place, "must not be null: leave it out.");
                break;
            case JsonValueKind.Array:
                foreach (var (index, item) in node.EnumerateArray().Index())
                {
                    Walk(item, $"{place}[{index}]", findings);
                }

                break;
            case JsonValueKind.Object:
                foreach (var member in node.EnumerateObject())
                {
                    findings.AddIf(Nowhere.Contains(member.Name), place, $"must not use {member.Name}.");
                    Walk(member.Value, $"{place}.{member.Name}", findings);
                }

                break;
        }
    }

    private static void CheckInput(JsonElement input, Findings findings)
    {
        var properties = input.GetProperty("properties");
        findings.AddIf(
            !input.TryGetProperty("additionalProperties", out var more) || more.ValueKind is not JsonValueKind.False,
            "input.additionalProperties", "must be false: a misspelt argument would be lost without a word.");
        foreach (var property in properties.EnumerateObject())
        {
            findings.AddIf(!property.Value.TryGetProperty("description", out _), $"input.properties.{property.Name}",
                "needs a description: it is all that a model knows of it.");
        }

        foreach (var name in input.TryGetProperty("required", out var required) ? required.EnumerateArray() : default)
        {
            findings.AddIf(!properties.TryGetProperty(name.GetString()!, out _),
                "input.required", $"{name} is not a property.");
        }
    }

    private static void CheckExamples(Tool tool, Findings findings)
    {
        if (Compile(tool.Input, "input", findings) is not { } input
            || Compile(tool.Output, "output", findings) is not { } output)
        {
            return;
        }

        foreach (var (index, example) in tool.Examples.Index())
        {
            // An example that must fail may do so at the schema already.
            foreach (var violation in example.Fails is null ? input.Validate(example.Args, 1) : [])
            {
                findings.Add($"examples[{index}].args", violation.Message);
            }

            foreach (var violation in example.Result is { } result ? output.Validate(result, 1) : [])
            {
                findings.Add($"examples[{index}].result", violation.Message);
            }
        }
    }

    private static CompiledSchema? Compile(JsonElement schema, string place, Findings findings)
    {
        try
        {
            return CompiledSchema.Compile(schema, SchemaOptions.ForToolArguments);
        }
        catch (MalformedSchemaException e)
        {
            findings.Add(place, $"is not a JSON Schema: {e.Message}.");
            return null;
        }
    }
}
