using NpgsqlTypes;

namespace Behalf.Storage.Postgres;

/// <summary>A type that a look-up's arguments may have: one by one, and as a column of many.</summary>
internal sealed record LookupType(NpgsqlDbType Type, string Name, Func<IReadOnlyList<object>, Array> Column);

internal static class LookupTypes
{
    private static readonly Dictionary<Type, LookupType> Known = new()
    {
        [typeof(string)] = new(NpgsqlDbType.Text, "text", Texts<string>),
        [typeof(byte[])] = new(NpgsqlDbType.Bytea, "bytea", Texts<byte[]>),
        [typeof(long)] = new(NpgsqlDbType.Bigint, "bigint", Numbers<long>),
        [typeof(int)] = new(NpgsqlDbType.Integer, "integer", Numbers<int>),
        [typeof(short)] = new(NpgsqlDbType.Smallint, "smallint", Numbers<short>),
        [typeof(bool)] = new(NpgsqlDbType.Boolean, "boolean", Numbers<bool>),
    };

    public static bool Has(Type type) => Known.ContainsKey(type);

    public static LookupType Of(Type type) => Known[type];

    private static T?[] Texts<T>(IReadOnlyList<object> values)
        where T : class => [.. values.Select(value => value as T)];

    private static T?[] Numbers<T>(IReadOnlyList<object> values)
        where T : struct => [.. values.Select(value => value as T?)];
}
