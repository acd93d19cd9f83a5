using System.Text.Json;

namespace Behalf.Tests.Hosting;

/// <summary>A schema of our own document with its references followed.</summary>
internal sealed record DescribedSchema(JsonElement Document, JsonElement Schema)
{
    public const string Anything = "any";

    /// <summary>JSON's own types; a schema that says nothing is any.</summary>
    public IReadOnlyList<string> Types { get; } =
        [.. Alternatives(Document, Schema).SelectMany(TypesOf).Select(t => t == "integer" ? "number" : t).Distinct()];

    /// <summary>Takes or holds fields that it does not name.</summary>
    public bool IsOpen => Types.Contains(Anything)
        || Alternatives(Document, Schema).Any(one => TypesOf(one).Contains("object") && !one.TryGetProperty("properties", out _));

    public DescribedSchema? Step(FieldStep step)
    {
        foreach (var one in Alternatives(Document, Schema))
        {
            if (step == FieldStep.Items
                ? one.TryGetProperty("items", out var next)
                : one.TryGetProperty("properties", out var properties) & properties.ValueKind == JsonValueKind.Object
                    && properties.TryGetProperty(step.Name, out next))
            {
                return new DescribedSchema(Document, next);
            }
        }

        return null;
    }

    private static IEnumerable<JsonElement> Alternatives(JsonElement document, JsonElement schema)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            var target = reference.GetString()![2..].Split('/').Aggregate(document, (at, name) => at.GetProperty(name));
            return Alternatives(document, target);
        }

        return schema.TryGetProperty("oneOf", out var some)
            ? some.EnumerateArray().SelectMany(one => Alternatives(document, one))
            : [schema];
    }

    private static IEnumerable<string> TypesOf(JsonElement schema) => schema.TryGetProperty("type", out var type)
        ? type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(t => t.GetString()!) : [type.GetString()!]
        : [Anything];
}
