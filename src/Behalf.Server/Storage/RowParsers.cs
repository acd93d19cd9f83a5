using System.Collections.Concurrent;
using System.Data.Common;
using Dapper;

namespace Behalf.Storage;

/// <summary>Turns rows into records. Made once for a statement: the same text gives the same columns, of types that are the
/// engine's own.</summary>
internal static class RowParsers<T>
{
    private static readonly ConcurrentDictionary<string, Func<DbDataReader, T?>>[] Known =
        [.. Enum.GetValues<Engine>().Select(_ => new ConcurrentDictionary<string, Func<DbDataReader, T?>>(StatementTexts.Comparer))];

    /// <summary>Whether a row is a record, and not a single value.</summary>
    public static bool IsRecord { get; } = !IsSingle(Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T));

    public static Func<DbDataReader, T?> Of(Engine engine, string sql, DbDataReader reader) =>
        IsRecord ? Known[(int)engine].GetOrAdd(sql, static (_, r) => r.GetRowParser<T>(), reader) : Single;

    private static bool IsSingle(Type type) => type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(byte[]);

    private static T? Single(DbDataReader reader) => reader.IsDBNull(0) ? default : reader.GetFieldValue<T>(0);
}
