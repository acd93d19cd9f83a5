using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary><c>allOf</c>.</summary>
internal sealed class AllOfKeyword : Keyword
{
    private readonly SchemaNode[] _parts;

    private AllOfKeyword(SchemaNode[] parts) => _parts = parts;

    public override Kinds Kinds => Kinds.All;

    public override IEnumerable<SchemaNode> InPlace => _parts;

    public static Keyword? Read(SchemaSource source) =>
        source.Schemas("allOf") is { } parts ? new AllOfKeyword(parts) : null;

    public override bool Check(JsonElement instance, ref Evaluation run)
    {
        var fits = true;
        foreach (var part in _parts)
        {
            fits &= part.Check(instance, ref run);
            if (!fits && run.IsDecided)
            {
                return false;
            }
        }

        return fits;
    }
}

/// <summary><c>anyOf</c>.</summary>
internal sealed class AnyOfKeyword : Keyword
{
    private AnyOfKeyword(SchemaNode[] alternatives) => Alternatives = alternatives;

    public override Kinds Kinds => Kinds.All;

    public SchemaNode[] Alternatives { get; }

    public override IEnumerable<SchemaNode> InPlace => Alternatives;

    public static Keyword? Read(SchemaSource source) =>
        source.Schemas("anyOf") is { } alternatives ? new AnyOfKeyword(alternatives) : null;

    public override bool Check(JsonElement instance, ref Evaluation run)
    {
        var fits = false;
        var failures = run.IsExplaining ? new List<Report>() : null;
        foreach (var alternative in Alternatives)
        {
            var report = run.Report?.Aside();
            if (!run.CheckBranch(alternative, instance, report))
            {
                failures?.Add(report!);
                continue;
            }

            fits = true;
            if (run.Evaluated is null)
            {
                // The rest could only add to what is evaluated, and nobody asks.
                break;
            }
        }

        return fits
            || (failures is not null && NoneFits.Explain("anyOf", Alternatives, failures, instance, run.Report!));
    }
}

/// <summary><c>oneOf</c>.</summary>
internal sealed class OneOfKeyword : Keyword
{
    private OneOfKeyword(SchemaNode[] alternatives) => Alternatives = alternatives;

    public override Kinds Kinds => Kinds.All;

    public SchemaNode[] Alternatives { get; }

    public override IEnumerable<SchemaNode> InPlace => Alternatives;

    public static Keyword? Read(SchemaSource source) =>
        source.Schemas("oneOf") is { } alternatives ? new OneOfKeyword(alternatives) : null;

    public override bool Check(JsonElement instance, ref Evaluation run)
    {
        var fitting = -1;
        var failures = run.IsExplaining ? new List<Report>() : null;
        for (var i = 0; i < Alternatives.Length; i++)
        {
            var report = run.Report?.Aside();
            if (!run.CheckBranch(Alternatives[i], instance, report))
            {
                failures?.Add(report!);
            }
            else if (fitting >= 0)
            {
                return run.IsExplaining && run.Fail(
                    "oneOf",
                    $"must fit only one of {Alternatives.Length} alternatives, but fits ({fitting + 1}) and ({i + 1})");
            }
            else
            {
                fitting = i;
            }
        }

        return fitting >= 0
            || (failures is not null && NoneFits.Explain("oneOf", Alternatives, failures, instance, run.Report!));
    }
}
