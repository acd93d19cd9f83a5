using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary>The schemas of an array's items: <c>prefixItems</c> and <c>items</c>, which draft 7 called <c>items</c> and
/// <c>additionalItems</c>.</summary>
internal sealed class ItemsKeyword : Keyword
{
    private readonly SchemaNode[] _prefix;
    private readonly SchemaNode? _rest;

    private ItemsKeyword(SchemaNode[] prefix, SchemaNode? rest) => (_prefix, _rest) = (prefix, rest);

    public override Kinds Kinds => Kinds.Array;

    public static Keyword? Read(SchemaSource source)
    {
        var isTuple = source.TryGet("items", out var items) && items.ValueKind == JsonValueKind.Array;
        if (!source.Dialect.IsDraft7)
        {
            return isTuple
                ? throw source.Malformed("items", "must be one schema; an array of them is prefixItems since 2020-12")
                : Create(source.Schemas("prefixItems"), source.Schema("items"));
        }

        // Draft 7 validation §6.4.2: additionalItems counts only beside an array of schemas.
        return isTuple
            ? Create(items.GetArrayLength() > 0 ? source.Schemas("items") : [], source.Schema("additionalItems"))
            : Create(null, source.Schema("items"));
    }

    public override bool Check(JsonElement instance, ref Evaluation run)
    {
        if (_rest?.IsNothing == true && instance.GetArrayLength() > _prefix.Length)
        {
            return run.IsExplaining && run.Fail(
                "items", $"must have at most {Display.Count(_prefix.Length, "item")}, got {instance.GetArrayLength()}");
        }

        var fits = true;
        var index = 0;
        foreach (var item in instance.EnumerateArray())
        {
            if ((index < _prefix.Length ? _prefix[index] : _rest) is not { } schema)
            {
                break;
            }

            run.Evaluated?.Mark(index);
            fits &= run.CheckItem(schema, item, index++);
            if (!fits && run.IsDecided)
            {
                return false;
            }
        }

        return fits;
    }

    private static ItemsKeyword? Create(SchemaNode[]? prefix, SchemaNode? rest) =>
        prefix is null && rest is null ? null : new ItemsKeyword(prefix ?? [], rest);
}
