using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary><c>minLength</c> and <c>maxLength</c>, in code points.</summary>
internal sealed class TextLengthKeyword : Keyword
{
    private readonly long _minimum;
    private readonly long _maximum;

    private TextLengthKeyword(long minimum, long maximum) => (_minimum, _maximum) = (minimum, maximum);

    public override Kinds Kinds => Kinds.String;

    public static Keyword? Read(SchemaSource source) =>
        (source.Count("minLength"), source.Count("maxLength")) switch
        {
            (null, null) => null,
            var (minimum, maximum) => new TextLengthKeyword(minimum ?? 0, maximum ?? long.MaxValue),
        };

    public override bool Check(JsonElement instance, ref Evaluation run)
    {
        var length = JsonText.Length(instance);
        if (length < _minimum)
        {
            return run.IsExplaining && run.Fail(
                "minLength", $"must have at least {Display.Count(_minimum, "character")}, got {length}");
        }

        return length <= _maximum || (run.IsExplaining && run.Fail(
            "maxLength", $"must have at most {Display.Count(_maximum, "character")}, got {length}"));
    }
}

/// <summary><c>pattern</c>.</summary>
internal sealed class PatternKeyword : Keyword
{
    private readonly TextPattern _pattern;

    private PatternKeyword(TextPattern pattern) => _pattern = pattern;

    public override Kinds Kinds => Kinds.String;

    public static Keyword? Read(SchemaSource source) =>
        source.Text("pattern") is { } pattern ? new PatternKeyword(source.Pattern(pattern, "pattern")) : null;

    public override bool Check(JsonElement instance, ref Evaluation run)
    {
        using var text = JsonText.Of(instance, stackalloc char[JsonText.Scratch]);
        return _pattern.IsMatch(text.Chars, ref run)
            || (run.IsExplaining
                && run.Fail("pattern", $"must match the pattern {_pattern}, got {Display.Value(instance)}"));
    }
}

/// <summary><c>format</c>, where formats are asserted.</summary>
internal sealed class FormatKeyword : Keyword
{
    private readonly Format _format;

    private FormatKeyword(Format format) => _format = format;

    public override Kinds Kinds => Kinds.String;

    /// <summary>A format that is not known says nothing (2020-12 validation §7.2.3).</summary>
    public static Keyword? Read(SchemaSource source) =>
        source.Text("format") is { } name && source.Dialect.AssertsFormats && Format.Named(name) is { } format
            ? new FormatKeyword(format)
            : null;

    public override bool Check(JsonElement instance, ref Evaluation run)
    {
        using var text = JsonText.Of(instance, stackalloc char[JsonText.Scratch]);
        return _format.Fits(text.Chars)
            || (run.IsExplaining && run.Fail(
                "format", $"must be {_format.Phrase} such as {_format.Example}, got {Display.Value(instance)}"));
    }
}
