using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary><c>unevaluatedProperties</c>: the fields that nothing else in this schema has looked at.</summary>
internal sealed class UnevaluatedPropertiesKeyword : Keyword
{
    private readonly SchemaNode _owner;
    private readonly SchemaNode _schema;

    private UnevaluatedPropertiesKeyword(SchemaNode owner, SchemaNode schema) => (_owner, _schema) = (owner, schema);

    public override Kinds Kinds => Kinds.Object;

    public static Keyword? Read(SchemaSource source) =>
        !source.Dialect.IsDraft7 && source.Schema("unevaluatedProperties") is { } schema
            ? new UnevaluatedPropertiesKeyword(source.Node, schema)
            : null;

    public override bool Check(JsonElement instance, ref Evaluation run)
    {
        var fits = true;
        var index = 0;
        foreach (var property in instance.EnumerateObject())
        {
            if (run.Evaluated![index++])
            {
                continue;
            }

            fits &= _schema.IsNothing
                ? run.IsExplaining && Reject(property, run.Report!)
                : run.CheckProperty(_schema, property);
            if (!fits && run.IsDecided)
            {
                return false;
            }
        }

        run.Evaluated!.MarkAll();
        return fits;
    }

    private bool Reject(JsonProperty property, Report report) =>
        KnownFields.Reject(property.Name, "unevaluatedProperties", KnownFields.Around(_owner), report);
}

/// <summary><c>unevaluatedItems</c>: the items that nothing else in this schema has looked at.</summary>
internal sealed class UnevaluatedItemsKeyword : Keyword
{
    private readonly SchemaNode _schema;

    private UnevaluatedItemsKeyword(SchemaNode schema) => _schema = schema;

    public override Kinds Kinds => Kinds.Array;

    public static Keyword? Read(SchemaSource source) =>
        !source.Dialect.IsDraft7 && source.Schema("unevaluatedItems") is { } schema
            ? new UnevaluatedItemsKeyword(schema)
            : null;

    public override bool Check(JsonElement instance, ref Evaluation run)
    {
        var fits = true;
        var index = -1;
        foreach (var item in instance.EnumerateArray())
        {
            index++;
            if (run.Evaluated![index])
            {
                continue;
            }

            fits &= run.CheckItem(_schema, item, index);
            if (!fits && run.IsDecided)
            {
                return false;
            }
        }

        run.Evaluated!.MarkAll();
        return fits;
    }
}
