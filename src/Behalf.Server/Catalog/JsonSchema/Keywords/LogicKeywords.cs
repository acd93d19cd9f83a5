using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary>The schema <c>false</c>.</summary>
internal sealed class NothingKeyword : Keyword
{
    public static readonly NothingKeyword Instance = new();

    private NothingKeyword()
    {
    }

    public override Kinds Kinds => Kinds.All;

    public override bool Check(JsonElement instance, ref Evaluation run) =>
        run.IsExplaining && run.Fail("false", "is not allowed here");
}

/// <summary><c>not</c>.</summary>
internal sealed class NotKeyword : Keyword
{
    private readonly SchemaNode _excluded;

    private NotKeyword(SchemaNode excluded) => _excluded = excluded;

    public override Kinds Kinds => Kinds.All;

    public override IEnumerable<SchemaNode> InPlace => [_excluded];

    public static Keyword? Read(SchemaSource source) =>
        source.Schema("not") is { } excluded ? new NotKeyword(excluded) : null;

    public override bool Check(JsonElement instance, ref Evaluation run) =>
        !run.Fits(_excluded, instance, report: null) || (run.IsExplaining && run.Fail("not", Explain(instance)));

    private string Explain(JsonElement instance)
    {
        // "Not both" is what this keyword is mostly used for.
        if (_excluded.Keywords is [RequiredKeyword required])
        {
            var together = required.Names.Skip(1).Any() ? " together" : "";
            return $"must not have {Display.List(required.Names, "and")}{together}";
        }

        return _excluded.Keywords is [TypeKeyword or EnumKeyword]
            ? $"must not be {Phrase.Of(_excluded)}, got {Display.Value(instance)}"
            : $"must not fit the schema under not, got {Display.Value(instance)}";
    }
}

/// <summary><c>if</c> with <c>then</c> and <c>else</c>.</summary>
internal sealed class ConditionKeyword : Keyword
{
    private readonly SchemaNode _condition;
    private readonly SchemaNode? _then;
    private readonly SchemaNode? _else;

    private ConditionKeyword(SchemaNode condition, SchemaNode? then, SchemaNode? @else) =>
        (_condition, _then, _else) = (condition, then, @else);

    public override Kinds Kinds => Kinds.All;

    public override IEnumerable<SchemaNode> InPlace =>
        new[] { _condition, _then, _else }.OfType<SchemaNode>();

    /// <summary>An <c>if</c> alone decides nothing but still evaluates properties.</summary>
    public static Keyword? Read(SchemaSource source) =>
        source.Schema("if") is { } condition
            ? new ConditionKeyword(condition, source.Schema("then"), source.Schema("else"))
            : null;

    public override bool Check(JsonElement instance, ref Evaluation run) =>
        (run.CheckBranch(_condition, instance, report: null) ? _then : _else)?.Check(instance, ref run) ?? true;
}
