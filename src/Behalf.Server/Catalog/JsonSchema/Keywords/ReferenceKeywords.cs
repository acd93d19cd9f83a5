using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary><c>$ref</c>.</summary>
internal sealed class RefKeyword : Keyword
{
    private RefKeyword(SchemaNode target) => Target = target;

    public override Kinds Kinds => Kinds.All;

    public SchemaNode Target { get; }

    public override IEnumerable<SchemaNode> InPlace => [Target];

    public static Keyword? Read(SchemaSource source) =>
        source.Text("$ref") is { } reference ? new RefKeyword(source.Referred(reference)) : null;

    public override bool Check(JsonElement instance, ref Evaluation run) => Target.Check(instance, ref run);
}

/// <summary><c>$dynamicRef</c>: leads to the outermost schema that has redefined where it first leads.</summary>
internal sealed class DynamicRefKeyword : Keyword
{
    private readonly SchemaNode _first;
    private readonly string? _anchor;
    private readonly IReadOnlyList<SchemaNode> _possible;

    /// <param name="first">Where it leads by itself.</param>
    /// <param name="anchor">The dynamic anchor there; null if it has none and nothing can redefine it.</param>
    /// <param name="possible">All schemas with that dynamic anchor; complete when compiling is.</param>
    public DynamicRefKeyword(SchemaNode first, string? anchor, IReadOnlyList<SchemaNode> possible) =>
        (_first, _anchor, _possible) = (first, anchor, possible);

    public override Kinds Kinds => Kinds.All;

    public override IEnumerable<SchemaNode> InPlace => _possible.Append(_first);

    public static Keyword? Read(SchemaSource source) =>
        !source.Dialect.IsDraft7 && source.Text("$dynamicRef") is { } reference
            ? source.DynamicallyReferred(reference)
            : null;

    public override bool Check(JsonElement instance, ref Evaluation run) =>
        (_anchor is null ? _first : run.Scope!.Outermost(_anchor) ?? _first).Check(instance, ref run);
}
