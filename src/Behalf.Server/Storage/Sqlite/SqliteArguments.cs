using System.Collections;
using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using System.Text.RegularExpressions;
using Dapper;

namespace Behalf.Storage.Sqlite;

/// <summary>Where the values of one statement's parameters come from: the properties of its arguments' type.</summary>
internal sealed partial class SqliteArguments
{
    private static readonly ConcurrentDictionary<(string Sql, Type? Type), SqliteArguments?> Known = new();

    private readonly Type? _type;
    private readonly Func<object, object?>[] _values;

    private SqliteArguments(Type? type, IReadOnlyList<string> names, Func<object, object?>[] values) =>
        (_type, Names, _values) = (type, names, values);

    public IReadOnlyList<string> Names { get; }

    /// <summary>Null where the statement's text would change with its arguments: lists, or parameters of unknown number.</summary>
    public static SqliteArguments? Of(string sql, object? args) => Known.GetOrAdd((sql, args?.GetType()), static key => Make(key.Sql, key.Type));

    public bool Fits(object? args) => args?.GetType() == _type;

    public object Value(object args, int index) => _values[index](args) ?? DBNull.Value;

    private static SqliteArguments? Make(string sql, Type? type)
    {
        var names = Parameter().Matches(sql).Select(match => match.Groups[1].Value).Distinct(StringComparer.Ordinal).ToList();
        if (type is null)
        {
            return names.Count == 0 ? new SqliteArguments(null, [], []) : null;
        }

        if (typeof(SqlMapper.IDynamicParameters).IsAssignableFrom(type))
        {
            return null;
        }

        var properties = names.Select(name => type.GetProperty(name, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase)).ToList();
        return properties.TrueForAll(p => p is not null && !IsList(p.PropertyType))
            ? new SqliteArguments(type, names, [.. properties.Select(p => Getter(type, p!))])
            : null;
    }

    private static bool IsList(Type type) => type != typeof(string) && type != typeof(byte[]) && typeof(IEnumerable).IsAssignableFrom(type);

    /// <summary>Ids travel as their bytes; everything else is the driver's to understand.</summary>
    private static Func<object, object?> Getter(Type type, PropertyInfo property)
    {
        var args = Expression.Parameter(typeof(object));
        Expression value = Expression.Property(Expression.Convert(args, type), property);
        var plain = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (plain.IsGenericType && plain.GetGenericTypeDefinition() == typeof(Id<>))
        {
            var toBytes = plain.GetMethod(nameof(Id<IdKinds.Project>.ToBytes), Type.EmptyTypes)!;
            value = plain == property.PropertyType
                ? Expression.Call(value, toBytes)
                : Expression.Condition(
                    Expression.Property(value, "HasValue"),
                    Expression.Call(Expression.Property(value, "Value"), toBytes),
                    Expression.Constant(null, typeof(byte[])));
        }

        return Expression.Lambda<Func<object, object?>>(Expression.Convert(value, typeof(object)), args).Compile();
    }

    [GeneratedRegex(@"(?<![\w@])@(\w+)")]
    private static partial Regex Parameter();
}
