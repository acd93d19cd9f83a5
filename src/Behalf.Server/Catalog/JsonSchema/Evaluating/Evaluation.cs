using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary>One run of a schema over a value. Without a report it only decides, stops at the first failure and makes no
/// garbage; with one it goes on and says what is wrong. Both are the same code, so they cannot disagree.</summary>
internal struct Evaluation(long budget)
{
    private long _budget = budget;

    /// <summary>Where reasons go; null where nobody reads them.</summary>
    public Report? Report { get; set; }

    /// <summary>What has been evaluated of the current value; null where no unevaluated keyword asks.</summary>
    public EvaluatedParts? Evaluated { get; set; }

    /// <summary>Null where the schema has no dynamic reference.</summary>
    public DynamicScope? Scope { get; init; }

    /// <summary>Why the value could not be judged. It makes the whole value invalid, also under a <c>not</c>.</summary>
    public string? GaveUp { get; private set; }

    public readonly bool IsExplaining => Report is not null;

    /// <summary>After a failure: nothing more is worth finding out.</summary>
    public readonly bool IsDecided => Report is null || Report.IsFull || GaveUp is not null;

    /// <summary>One step of work. Schemas that branch into each other need exponentially many,
    /// and deep ones a stack.</summary>
    public bool Spend()
    {
        if (--_budget < 0 || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            GiveUp("takes too much work to check against this schema");
            return false;
        }

        return true;
    }

    public void GiveUp(string reason) => GaveUp ??= reason;

    /// <summary>Always false, so that a keyword can end with it. Only where <see cref="IsExplaining"/>.</summary>
    public readonly bool Fail(string keyword, string what) => Report!.Add(keyword, what);

    public bool CheckProperty(SchemaNode schema, JsonProperty property)
    {
        var evaluated = Evaluated;
        Evaluated = null;
        Report?.Path.Push(property.Name);
        var fits = schema.Check(property.Value, ref this);
        Report?.Path.Pop();
        Evaluated = evaluated;
        return fits;
    }

    public bool CheckItem(SchemaNode schema, JsonElement item, int index)
    {
        var evaluated = Evaluated;
        Evaluated = null;
        Report?.Path.Push(index);
        var fits = schema.Check(item, ref this);
        Report?.Path.Pop();
        Evaluated = evaluated;
        return fits;
    }

    /// <summary>In place, and what it evaluates counts only if it fits.
    /// Its reasons go to <paramref name="report"/>.</summary>
    public bool CheckBranch(SchemaNode schema, JsonElement instance, Report? report)
    {
        var (evaluated, reasons) = (Evaluated, Report);
        (Evaluated, Report) = (evaluated?.Fresh(), report);
        var fits = schema.Check(instance, ref this);
        if (fits)
        {
            evaluated?.Add(Evaluated!);
        }

        (Evaluated, Report) = (evaluated, reasons);
        return fits;
    }

    /// <summary>Asks without consequences: what is evaluated counts for nothing,
    /// and the reasons go elsewhere.</summary>
    public bool Fits(SchemaNode schema, JsonElement instance, Report? report)
    {
        var (evaluated, reasons) = (Evaluated, Report);
        (Evaluated, Report) = (null, report);
        var fits = schema.Check(instance, ref this);
        (Evaluated, Report) = (evaluated, reasons);
        return fits;
    }
}
