using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary><c>enum</c> and <c>const</c>.</summary>
internal sealed class EnumKeyword : Keyword
{
    private readonly string _keyword;
    private readonly IReadOnlyList<JsonElement> _values;
    private readonly List<JsonElement> _others;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _texts;

    private EnumKeyword(string keyword, IReadOnlyList<JsonElement> values)
    {
        (_keyword, _values) = (keyword, values);
        _others = [.. values.Where(value => value.ValueKind != JsonValueKind.String)];
        _texts = values.Where(value => value.ValueKind == JsonValueKind.String).Select(value => value.GetString()!)
            .ToHashSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public override Kinds Kinds => Kinds.All;

    /// <summary>"one of "open", "closed"".</summary>
    public string Phrase => _values.Count switch
    {
        0 => "nothing at all",
        1 => Name(_values[0]),
        _ => "one of " + Display.List(_values.Select(Name)),
    };

    public static Keyword? ReadEnum(SchemaSource source) =>
        source.Array("enum") is { } values ? new EnumKeyword("enum", [.. values.EnumerateArray()]) : null;

    public static Keyword? ReadConst(SchemaSource source) =>
        source.TryGet("const", out var value) ? new EnumKeyword("const", [value]) : null;

    public override bool Check(JsonElement instance, ref Evaluation run) =>
        (instance.ValueKind == JsonValueKind.String ? HasText(instance) : HasOther(instance))
        || (run.IsExplaining && run.Fail(_keyword, $"must be {Phrase}, got {Display.Value(instance)}"));

    private bool HasText(JsonElement instance)
    {
        using var text = JsonText.Of(instance, stackalloc char[JsonText.Scratch]);
        return _texts.Contains(text.Chars);
    }

    private bool HasOther(JsonElement instance)
    {
        foreach (var value in _others)
        {
            if (ValueEquality.Comparer.Equals(value, instance))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The value itself: "an object" would not tell which one is meant.</summary>
    private static string Name(JsonElement value) =>
        value.ValueKind is JsonValueKind.Object or JsonValueKind.Array
            ? Display.Cut(value.GetRawText(), Display.Longest)
            : Display.Value(value);
}
