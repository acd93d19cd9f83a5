using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary>A compiled schema: its keywords, sorted by the kind of value they speak about.</summary>
internal sealed class SchemaNode(JsonElement schema)
{
    private Keyword[] _object = [];
    private Keyword[] _array = [];
    private Keyword[] _string = [];
    private Keyword[] _number = [];
    private Keyword[] _literal = [];
    private bool _watchesObjects;
    private bool _watchesArrays;

    /// <summary>The schema as written, for its descriptions and examples.</summary>
    public JsonElement Source => schema;

    public IReadOnlyList<Keyword> Keywords { get; private set; } = [];

    /// <summary>The dynamic anchors of the resource this stands in,
    /// where it has any and something asks for them.</summary>
    public Dictionary<string, SchemaNode>? DynamicAnchors { get; set; }

    /// <summary>True for <c>false</c>: nothing fits.</summary>
    public bool IsNothing => schema.ValueKind == JsonValueKind.False;

    /// <summary>Set once, while compiling: schemas refer to each other in circles,
    /// so a node exists before its keywords.</summary>
    public void Complete(IReadOnlyList<Keyword> keywords)
    {
        Keywords = keywords;
        _object = For(Kinds.Object);
        _array = For(Kinds.Array);
        _string = For(Kinds.String);
        _number = For(Kinds.Number);
        _literal = For(Kinds.Literal);
        _watchesObjects = keywords.Any(keyword => keyword is UnevaluatedPropertiesKeyword);
        _watchesArrays = keywords.Any(keyword => keyword is UnevaluatedItemsKeyword);
    }

    public bool Check(JsonElement instance, ref Evaluation run)
    {
        if (!run.Spend())
        {
            return false;
        }

        var entered = DynamicAnchors is not null && run.Scope?.Enter(DynamicAnchors) == true;
        var fits = instance.ValueKind switch
        {
            JsonValueKind.Object when _watchesObjects => CheckWatching(_object, instance, ref run),
            JsonValueKind.Object => Check(_object, instance, ref run),
            JsonValueKind.Array when _watchesArrays => CheckWatching(_array, instance, ref run),
            JsonValueKind.Array => Check(_array, instance, ref run),
            JsonValueKind.String => Check(_string, instance, ref run),
            JsonValueKind.Number => Check(_number, instance, ref run),
            _ => Check(_literal, instance, ref run),
        };
        if (entered)
        {
            run.Scope!.Leave();
        }

        return fits;
    }

    private static bool Check(ReadOnlySpan<Keyword> keywords, JsonElement instance, ref Evaluation run)
    {
        var fits = true;
        foreach (var keyword in keywords)
        {
            fits &= keyword.Check(instance, ref run);
            if (!fits && run.IsDecided)
            {
                return false;
            }
        }

        return fits;
    }

    /// <summary>2020-12 core §11: what is left over counts as such for this schema and what it applies in place, not
    /// for the schema around it; that one in turn sees all that was evaluated here, if this one fits.</summary>
    private static bool CheckWatching(ReadOnlySpan<Keyword> keywords, JsonElement instance, ref Evaluation run)
    {
        var outer = run.Evaluated;
        var here = new EvaluatedParts(instance);
        run.Evaluated = here;

        // The leftovers are judged last and only if the rest fits: a branch that failed has evaluated nothing, and
        // calling its fields unknown would mislead.
        var fits = Check(keywords[..^1], instance, ref run) && keywords[^1].Check(instance, ref run);
        if (fits)
        {
            outer?.Add(here);
        }

        run.Evaluated = outer;
        return fits;
    }

    private Keyword[] For(Kinds kind) =>
        Keywords.All(keyword => keyword.Kinds.HasFlag(kind))
            ? [.. Keywords]
            : [.. Keywords.Where(keyword => keyword.Kinds.HasFlag(kind))];
}
