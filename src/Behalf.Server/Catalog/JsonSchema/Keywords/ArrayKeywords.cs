using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary><c>minItems</c> and <c>maxItems</c>.</summary>
internal sealed class ItemCountKeyword : Keyword
{
    private readonly long _minimum;
    private readonly long _maximum;

    private ItemCountKeyword(long minimum, long maximum) => (_minimum, _maximum) = (minimum, maximum);

    public override Kinds Kinds => Kinds.Array;

    public static Keyword? Read(SchemaSource source) =>
        (source.Count("minItems"), source.Count("maxItems")) switch
        {
            (null, null) => null,
            var (minimum, maximum) => new ItemCountKeyword(minimum ?? 0, maximum ?? long.MaxValue),
        };

    public override bool Check(JsonElement instance, ref Evaluation run)
    {
        var count = instance.GetArrayLength();
        if (count < _minimum)
        {
            return run.IsExplaining && run.Fail(
                "minItems", $"must have at least {Display.Count(_minimum, "item")}, got {count}");
        }

        return count <= _maximum || (run.IsExplaining && run.Fail(
            "maxItems", $"must have at most {Display.Count(_maximum, "item")}, got {count}"));
    }
}

/// <summary><c>uniqueItems</c>.</summary>
internal sealed class UniqueItemsKeyword : Keyword
{
    /// <summary>Up to here comparing each with each is cheaper than a set, and makes no garbage.</summary>
    private const int Few = 16;

    private static readonly UniqueItemsKeyword Instance = new();

    private UniqueItemsKeyword()
    {
    }

    public override Kinds Kinds => Kinds.Array;

    public static Keyword? Read(SchemaSource source) => source.Flag("uniqueItems") ? Instance : null;

    public override bool Check(JsonElement instance, ref Evaluation run)
    {
        var repeated = instance.GetArrayLength() <= Few ? FirstRepeatedOfFew(instance) : FirstRepeated(instance);
        return repeated < 0 || (run.IsExplaining && run.Fail(
            "uniqueItems",
            $"must not have the same item twice, but item {repeated} repeats {Display.Value(instance[repeated])}"));
    }

    private static int FirstRepeatedOfFew(JsonElement array)
    {
        var index = 0;
        foreach (var item in array.EnumerateArray())
        {
            var earlier = array.EnumerateArray();
            for (var i = 0; i < index && earlier.MoveNext(); i++)
            {
                if (ValueEquality.Comparer.Equals(earlier.Current, item))
                {
                    return index;
                }
            }

            index++;
        }

        return -1;
    }

    private static int FirstRepeated(JsonElement array)
    {
        var seen = new HashSet<JsonElement>(ValueEquality.Comparer);
        var index = 0;
        foreach (var item in array.EnumerateArray())
        {
            if (!seen.Add(item))
            {
                return index;
            }

            index++;
        }

        return -1;
    }
}

/// <summary><c>contains</c>, with <c>minContains</c> and <c>maxContains</c> since 2020-12.</summary>
internal sealed class ContainsKeyword : Keyword
{
    private readonly SchemaNode _schema;
    private readonly long _minimum;
    private readonly long _maximum;

    private ContainsKeyword(SchemaNode schema, long minimum, long maximum) =>
        (_schema, _minimum, _maximum) = (schema, minimum, maximum);

    public override Kinds Kinds => Kinds.Array;

    public static Keyword? Read(SchemaSource source)
    {
        if (source.Schema("contains") is not { } schema)
        {
            return null;
        }

        var counts = source.Dialect is { IsDraft7: false, Validates: true };
        return new ContainsKeyword(
            schema,
            (counts ? source.Count("minContains") : null) ?? 1,
            (counts ? source.Count("maxContains") : null) ?? long.MaxValue);
    }

    public override bool Check(JsonElement instance, ref Evaluation run)
    {
        var count = CountIn(instance, ref run);
        if (count < _minimum)
        {
            return run.IsExplaining && run.Fail(
                _minimum == 1 ? "contains" : "minContains",
                $"must contain at least {Display.Count(_minimum, "item")} that {Wanted}, got {count}");
        }

        return count <= _maximum || (run.IsExplaining && run.Fail(
            "maxContains", $"must contain at most {Display.Count(_maximum, "item")} that {Wanted}, got {count}"));
    }

    private string Wanted => Phrase.Of(_schema) is { } phrase ? "is " + phrase : "fits the schema under contains";

    private int CountIn(JsonElement instance, ref Evaluation run)
    {
        var (count, index) = (0, 0);
        foreach (var item in instance.EnumerateArray())
        {
            if (run.Fits(_schema, item, report: null))
            {
                run.Evaluated?.Mark(index);
                count++;
                if (run.Evaluated is null && count >= _minimum && _maximum == long.MaxValue)
                {
                    break;
                }
            }

            index++;
        }

        return count;
    }
}
