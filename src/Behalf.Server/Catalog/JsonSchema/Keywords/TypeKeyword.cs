using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary><c>type</c>.</summary>
internal sealed class TypeKeyword : Keyword
{
    private readonly Types _allowed;

    private TypeKeyword(Types allowed) => _allowed = allowed;

    [Flags]
    private enum Types
    {
        None = 0,
        String = 1,
        Integer = 2,
        Number = 4,
        Boolean = 8,
        Array = 16,
        Object = 32,
        Null = 64,
    }

    public override Kinds Kinds => Kinds.All;

    /// <summary>"a string", "an integer or null".</summary>
    public string Phrase => Display.List(
        Enum.GetValues<Types>().Where(type => type != Types.None && _allowed.HasFlag(type)).Select(Name), "or");

    public static Keyword? Read(SchemaSource source)
    {
        if (!source.TryGet("type", out var type))
        {
            return null;
        }

        if (type.ValueKind != JsonValueKind.Array)
        {
            return new TypeKeyword(Parse(type, source));
        }

        var types = type.EnumerateArray().Aggregate(Types.None, (sum, one) => sum | Parse(one, source));
        return types != Types.None
            ? new TypeKeyword(types)
            : throw source.Malformed("type", "must name at least one type");
    }

    public override bool Check(JsonElement instance, ref Evaluation run)
    {
        var fits = instance.ValueKind switch
        {
            JsonValueKind.String => Allows(Types.String),
            JsonValueKind.Number => Allows(Types.Number)
                || (Allows(Types.Integer) && JsonNumber.Of(instance).IsInteger),
            JsonValueKind.True or JsonValueKind.False => Allows(Types.Boolean),
            JsonValueKind.Array => Allows(Types.Array),
            JsonValueKind.Object => Allows(Types.Object),
            _ => Allows(Types.Null),
        };
        return fits || (run.IsExplaining
            && run.Fail("type", $"must be {Phrase}, got {Display.ValueAndKind(instance)}"));
    }

    private bool Allows(Types type) => (_allowed & type) != 0;

    private static Types Parse(JsonElement name, SchemaSource source) =>
        (name.ValueKind == JsonValueKind.String ? name.GetString() : null) switch
        {
            "string" => Types.String,
            "integer" => Types.Integer,
            "number" => Types.Number,
            "boolean" => Types.Boolean,
            "array" => Types.Array,
            "object" => Types.Object,
            "null" => Types.Null,
            _ => throw source.Malformed(
                "type",
                $"{Display.Value(name)} is no type; types are string, integer, number, boolean, array, object, null"),
        };

    private static string Name(Types type) => type switch
    {
        Types.Null => "null",
        Types.Integer => "an integer",
        Types.Array => "an array",
        Types.Object => "an object",
        Types.String => "a string",
        Types.Number => "a number",
        _ => "a boolean",
    };
}
