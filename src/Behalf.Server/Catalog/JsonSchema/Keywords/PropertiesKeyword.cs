using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary><c>properties</c>, <c>patternProperties</c> and <c>additionalProperties</c>:
/// one pass over the object.</summary>
internal sealed class PropertiesKeyword : Keyword
{
    private readonly IReadOnlyList<KeyValuePair<string, SchemaNode>> _known;
    private readonly Dictionary<string, SchemaNode>.AlternateLookup<ReadOnlySpan<char>> _byName;
    private readonly (TextPattern Pattern, SchemaNode Schema)[] _patterns;
    private readonly SchemaNode? _additional;

    private PropertiesKeyword(SchemaSource source)
    {
        _known = source.NamedSchemas("properties");
        _byName = new Dictionary<string, SchemaNode>(_known, StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();
        _patterns = [.. source.NamedSchemas("patternProperties")
            .Select(pair => (source.Pattern(pair.Key, "patternProperties"), pair.Value))];
        _additional = source.Schema("additionalProperties");
    }

    public override Kinds Kinds => Kinds.Object;

    public IEnumerable<string> KnownNames => _known.Select(pair => pair.Key);

    public IEnumerable<TextPattern> Patterns => _patterns.Select(pair => pair.Pattern);

    public static Keyword? Read(SchemaSource source)
    {
        var keyword = new PropertiesKeyword(source);
        var saysSomething = keyword._known.Count > 0 || keyword._patterns.Length > 0 || keyword._additional is not null;
        return saysSomething ? keyword : null;
    }

    public override bool Check(JsonElement instance, ref Evaluation run)
    {
        Span<char> scratch = stackalloc char[JsonText.Scratch];
        var fits = true;
        var index = 0;
        foreach (var property in instance.EnumerateObject())
        {
            fits &= CheckOne(property, index++, scratch, ref run);
            if (!fits && run.IsDecided)
            {
                return false;
            }
        }

        return fits;
    }

    private bool CheckOne(JsonProperty property, int index, Span<char> scratch, ref Evaluation run)
    {
        using var name = JsonText.OfName(property, scratch);
        var fits = true;
        if (_byName.TryGetValue(name.Chars, out var schema))
        {
            run.Evaluated?.Mark(index);
            fits = run.CheckProperty(schema, property);
        }

        var isKnown = schema is not null;
        foreach (var (pattern, patternSchema) in _patterns)
        {
            if (pattern.IsMatch(name.Chars, ref run))
            {
                isKnown = true;
                run.Evaluated?.Mark(index);
                fits &= run.CheckProperty(patternSchema, property);
            }
        }

        if (isKnown || _additional is null)
        {
            return fits;
        }

        run.Evaluated?.Mark(index);
        return _additional.IsNothing
            ? run.IsExplaining && KnownFields.Reject(property.Name, "additionalProperties", [this], run.Report!)
            : run.CheckProperty(_additional, property);
    }
}
