using System.Text.Json;

namespace Behalf.Catalog.JsonSchema;

/// <summary>All keywords there are, in the order in which they are checked:
/// what is cheap and tells most comes first.</summary>
internal static class KeywordFamilies
{
    private static readonly Func<SchemaSource, Keyword?>[] Validation =
    [
        TypeKeyword.Read,
        EnumKeyword.ReadEnum,
        EnumKeyword.ReadConst,
        NumberRangeKeyword.Read,
        MultipleOfKeyword.Read,
        TextLengthKeyword.Read,
        PatternKeyword.Read,
        ItemCountKeyword.Read,
        UniqueItemsKeyword.Read,
        PropertyCountKeyword.Read,
        RequiredKeyword.Read,
        DependentRequiredKeyword.Read,
    ];

    private static readonly Func<SchemaSource, Keyword?>[] Application =
    [
        FormatKeyword.Read,
        PropertiesKeyword.Read,
        PropertyNamesKeyword.Read,
        DependentSchemasKeyword.Read,
        ItemsKeyword.Read,
        ContainsKeyword.Read,
        RefKeyword.Read,
        DynamicRefKeyword.Read,
        AllOfKeyword.Read,
        AnyOfKeyword.Read,
        OneOfKeyword.Read,
        NotKeyword.Read,
        ConditionKeyword.Read,

        // Last, because they are about what all others have left.
        UnevaluatedItemsKeyword.Read,
        UnevaluatedPropertiesKeyword.Read,
    ];

    public static IReadOnlyList<Keyword> Read(SchemaSource source, JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return schema.ValueKind == JsonValueKind.False ? [NothingKeyword.Instance] : [];
        }

        if (source.Dialect.IsDraft7 && source.Has("$ref"))
        {
            return [RefKeyword.Read(source)!];
        }

        var families = source.Dialect.Validates ? Validation.Concat(Application) : Application;
        return [.. families.Select(read => read(source)).OfType<Keyword>()];
    }
}
