using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary><c>minProperties</c> and <c>maxProperties</c>.</summary>
internal sealed class PropertyCountKeyword : Keyword
{
    private readonly long _minimum;
    private readonly long _maximum;

    private PropertyCountKeyword(long minimum, long maximum) => (_minimum, _maximum) = (minimum, maximum);

    public override Kinds Kinds => Kinds.Object;

    public static Keyword? Read(SchemaSource source) =>
        (source.Count("minProperties"), source.Count("maxProperties")) switch
        {
            (null, null) => null,
            var (minimum, maximum) => new PropertyCountKeyword(minimum ?? 0, maximum ?? long.MaxValue),
        };

    public override bool Check(JsonElement instance, ref Evaluation run)
    {
        var count = instance.GetPropertyCount();
        if (count < _minimum)
        {
            return run.IsExplaining && run.Fail(
                "minProperties", $"must have at least {Display.Count(_minimum, "field")}, got {count}");
        }

        return count <= _maximum || (run.IsExplaining && run.Fail(
            "maxProperties", $"must have at most {Display.Count(_maximum, "field")}, got {count}"));
    }
}

/// <summary><c>required</c>.</summary>
internal sealed class RequiredKeyword : Keyword
{
    private readonly (string Name, SchemaNode? Schema)[] _fields;

    private RequiredKeyword((string Name, SchemaNode? Schema)[] fields) => _fields = fields;

    public override Kinds Kinds => Kinds.Object;

    public IEnumerable<string> Names => _fields.Select(entry => entry.Name);

    public static Keyword? Read(SchemaSource source)
    {
        if (!source.TryGet("required", out var names))
        {
            return null;
        }

        // What the neighbouring properties say is what to tell someone who left the field out.
        var known = source.NamedSchemas("properties").ToDictionary(StringComparer.Ordinal);
        return new RequiredKeyword(
            [.. source.Names(names, "required").Select(name => (name, known.GetValueOrDefault(name)))]);
    }

    public override bool Check(JsonElement instance, ref Evaluation run)
    {
        var fits = true;
        foreach (var (name, schema) in _fields)
        {
            if (instance.TryGetProperty(name, out _))
            {
                continue;
            }

            fits = run.IsExplaining && run.Report!.AddAbout(name, "required", "is missing: " + Phrase.Give(schema));
            if (run.IsDecided)
            {
                return false;
            }
        }

        return fits;
    }
}

/// <summary><c>propertyNames</c>.</summary>
internal sealed class PropertyNamesKeyword : Keyword
{
    private readonly SchemaNode _schema;

    private PropertyNamesKeyword(SchemaNode schema) => _schema = schema;

    public override Kinds Kinds => Kinds.Object;

    public static Keyword? Read(SchemaSource source) =>
        source.Schema("propertyNames") is { } schema ? new PropertyNamesKeyword(schema) : null;

    public override bool Check(JsonElement instance, ref Evaluation run)
    {
        // A name becomes a value to check; only a document can make one.
        string[] names = [.. instance.EnumerateObject().Select(property => property.Name)];
        foreach (var name in JsonSerializer.SerializeToElement(names).EnumerateArray())
        {
            if (!run.Fits(_schema, name, report: null))
            {
                return run.IsExplaining && Explain(name, ref run);
            }
        }

        return true;
    }

    private bool Explain(JsonElement name, ref Evaluation run)
    {
        var reasons = new Report(1, new InstancePath("the name"));
        run.Fits(_schema, name, reasons);
        var reason = reasons.Violations is [var first] ? ": " + first.Message : "";
        return run.Fail("propertyNames", $"must not have the field {Display.Value(name)}{reason}");
    }
}
