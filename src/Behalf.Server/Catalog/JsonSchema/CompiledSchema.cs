using System.Runtime.InteropServices;
using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary>A JSON Schema, compiled once and asked often, by any number of threads.</summary>
/// <remarks>A pure function of schema and value: no network, no culture, and a clock only to stop a pattern that runs away.
/// The verdict makes no garbage but where it must: for unevaluated keywords, dynamic references, propertyNames, escaped
/// names, and unique items of which there are many.</remarks>
internal sealed class CompiledSchema
{
    /// <summary>How deep a value may nest; the same as System.Text.Json's own default for reading.</summary>
    public const int DeepestInstance = 64;

    /// <summary>A level of the instance costs two or three levels of a schema.</summary>
    public const int DeepestSchema = 256;

    /// <summary>Steps that every value may cost, and those it may cost per byte: no schema that looks at a value a
    /// fixed number of times runs out of them, one that multiplies its branches does within milliseconds.</summary>
    private const long BaseBudget = 200_000;
    private const long BudgetPerByte = 32;

    private readonly SchemaNode _root;
    private readonly bool _isDynamic;

    private CompiledSchema(SchemaNode root, bool isDynamic) => (_root, _isDynamic) = (root, isDynamic);

    /// <exception cref="MalformedSchemaException">It is no schema, or refers to what is not there.</exception>
    public static CompiledSchema Compile(JsonElement schema, SchemaDraft fallback) =>
        Compile(schema, SchemaOptions.Default with { Fallback = fallback });

    /// <exception cref="MalformedSchemaException">It is no schema, or refers to what is not there.</exception>
    public static CompiledSchema Compile(JsonElement schema, SchemaOptions options)
    {
        var compiler = new SchemaCompiler(options);
        var root = compiler.Compile(schema.Clone());
        return new CompiledSchema(root, compiler.IsDynamic);
    }

    public bool IsValid(JsonElement instance)
    {
        if (Screening.Refusal(instance, DeepestInstance) is not null)
        {
            return false;
        }

        var run = Begin(instance, report: null);
        return _root.Check(instance, ref run) && run.GaveUp is null;
    }

    /// <summary>What is wrong with the value, at most <paramref name="limit"/> things;
    /// empty if and only if it is valid.</summary>
    public IReadOnlyList<SchemaViolation> Validate(JsonElement instance, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var report = new Report(limit, new InstancePath());
        if (Screening.Refusal(instance, DeepestInstance) is { } refusal)
        {
            report.Add("limits", refusal);
            return report.Violations;
        }

        var run = Begin(instance, report);
        _root.Check(instance, ref run);
        if (run.GaveUp is null)
        {
            return report.Violations;
        }

        var unjudged = new Report(1, new InstancePath());
        unjudged.Add("limits", run.GaveUp);
        return unjudged.Violations;
    }

    private Evaluation Begin(JsonElement instance, Report? report) =>
        new(BaseBudget + (BudgetPerByte * JsonMarshal.GetRawUtf8Value(instance).Length))
        {
            Report = report,
            Scope = _isDynamic ? new DynamicScope() : null,
        };
}
