using System.Text;
using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary><c>minimum</c>, <c>maximum</c> and their exclusive sisters.</summary>
internal sealed class NumberRangeKeyword : Keyword
{
    private readonly byte[]? _minimum;
    private readonly byte[]? _maximum;
    private readonly byte[]? _above;
    private readonly byte[]? _below;

    private NumberRangeKeyword(SchemaSource source)
    {
        _minimum = source.Number("minimum");
        _maximum = source.Number("maximum");
        _above = source.Number("exclusiveMinimum");
        _below = source.Number("exclusiveMaximum");
    }

    public override Kinds Kinds => Kinds.Number;

    public static Keyword? Read(SchemaSource source)
    {
        var range = new NumberRangeKeyword(source);
        return (range._minimum ?? range._maximum ?? range._above ?? range._below) is null ? null : range;
    }

    public override bool Check(JsonElement instance, ref Evaluation run)
    {
        var number = JsonNumber.Of(instance);
        if (_minimum is not null && number.CompareTo(JsonNumber.Parse(_minimum)) < 0)
        {
            return Fail("minimum", "at least", _minimum, instance, ref run);
        }

        if (_above is not null && number.CompareTo(JsonNumber.Parse(_above)) <= 0)
        {
            return Fail("exclusiveMinimum", "more than", _above, instance, ref run);
        }

        if (_maximum is not null && number.CompareTo(JsonNumber.Parse(_maximum)) > 0)
        {
            return Fail("maximum", "at most", _maximum, instance, ref run);
        }

        return _below is null || number.CompareTo(JsonNumber.Parse(_below)) < 0
            || Fail("exclusiveMaximum", "less than", _below, instance, ref run);
    }

    private static bool Fail(string keyword, string relation, byte[] bound, JsonElement instance, ref Evaluation run) =>
        run.IsExplaining
        && run.Fail(keyword, $"must be {relation} {Encoding.UTF8.GetString(bound)}, got {Display.Value(instance)}");
}

/// <summary><c>multipleOf</c>.</summary>
internal sealed class MultipleOfKeyword : Keyword
{
    private readonly byte[] _divisor;

    private MultipleOfKeyword(byte[] divisor) => _divisor = divisor;

    public override Kinds Kinds => Kinds.Number;

    public static Keyword? Read(SchemaSource source)
    {
        if (source.Number("multipleOf") is not { } divisor)
        {
            return null;
        }

        return JsonNumber.Parse(divisor).IsPositive
            ? new MultipleOfKeyword(divisor)
            : throw source.Malformed("multipleOf", "must be more than 0");
    }

    public override bool Check(JsonElement instance, ref Evaluation run) =>
        JsonNumber.Of(instance).IsMultipleOf(JsonNumber.Parse(_divisor))
        || (run.IsExplaining && run.Fail(
            "multipleOf", $"must be a multiple of {Encoding.UTF8.GetString(_divisor)}, got {Display.Value(instance)}"));
}
