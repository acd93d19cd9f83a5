using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary><c>dependentRequired</c>, and <c>dependencies</c> on names as draft 7 wrote it.</summary>
internal sealed class DependentRequiredKeyword : Keyword
{
    private readonly (string Given, string[] Needed)[] _dependencies;

    private DependentRequiredKeyword((string Given, string[] Needed)[] dependencies) => _dependencies = dependencies;

    public override Kinds Kinds => Kinds.Object;

    public static Keyword? Read(SchemaSource source)
    {
        (string, string[])[] dependencies =
            [.. In("dependencies"), .. source.Dialect.IsDraft7 ? [] : In("dependentRequired")];
        return dependencies.Length > 0 ? new DependentRequiredKeyword(dependencies) : null;

        IEnumerable<(string, string[])> In(string keyword) =>
            from property in source.Object(keyword)?.EnumerateObject().ToArray() ?? []
            where keyword != "dependencies" || property.Value.ValueKind == JsonValueKind.Array
            select (property.Name, source.Names(property.Value, keyword));
    }

    public override bool Check(JsonElement instance, ref Evaluation run)
    {
        var fits = true;
        foreach (var (given, needed) in _dependencies)
        {
            if (instance.TryGetProperty(given, out _))
            {
                fits &= HasAll(instance, given, needed, ref run);
            }
        }

        return fits;
    }

    private static bool HasAll(JsonElement instance, string given, string[] needed, ref Evaluation run)
    {
        var fits = true;
        foreach (var name in needed)
        {
            if (!instance.TryGetProperty(name, out _))
            {
                fits = run.IsExplaining && run.Report!.AddAbout(
                    name, "dependentRequired", $"is missing: it is needed where {given} is given");
            }
        }

        return fits;
    }
}

/// <summary><c>dependentSchemas</c>, and <c>dependencies</c> on schemas as draft 7 wrote it.</summary>
internal sealed class DependentSchemasKeyword : Keyword
{
    private readonly KeyValuePair<string, SchemaNode>[] _dependencies;

    private DependentSchemasKeyword(KeyValuePair<string, SchemaNode>[] dependencies) => _dependencies = dependencies;

    public override Kinds Kinds => Kinds.Object;

    public override IEnumerable<SchemaNode> InPlace => _dependencies.Select(pair => pair.Value);

    public static Keyword? Read(SchemaSource source)
    {
        var older = source.Object("dependencies")?.EnumerateObject()
            .Where(property => property.Value.ValueKind != JsonValueKind.Array)
            .Select(property => KeyValuePair.Create(property.Name, source.NamedSchema("dependencies", property.Name)));
        KeyValuePair<string, SchemaNode>[] all =
            [.. older ?? [], .. source.Dialect.IsDraft7 ? [] : source.NamedSchemas("dependentSchemas")];
        return all.Length > 0 ? new DependentSchemasKeyword(all) : null;
    }

    public override bool Check(JsonElement instance, ref Evaluation run)
    {
        var fits = true;
        foreach (var (given, schema) in _dependencies)
        {
            if (instance.TryGetProperty(given, out _))
            {
                fits &= schema.Check(instance, ref run);
            }
        }

        return fits;
    }
}
