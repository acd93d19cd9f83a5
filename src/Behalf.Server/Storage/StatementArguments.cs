using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;
using System.Text.RegularExpressions;
using Dapper;

namespace Behalf.Storage;

/// <summary>Where the values of one statement's parameters come from: the properties of its arguments' type.</summary>
internal sealed partial class StatementArguments
{
    private static readonly ConcurrentDictionary<Type, ConcurrentDictionary<string, StatementArguments?>> Known = new();

    private readonly Type? _type;
    private readonly string _sql;
    private readonly Func<object, object?>[] _values;

    private StatementArguments(Type? type, string sql, IReadOnlyList<(string Name, Type Type)> parameters, Func<object, object?>[] values)
    {
        (_type, _sql, Parameters, _values) = (type, sql, parameters, values);
        PositionalText = TextWith(index => "$" + (index + 1).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>In the order of their first appearance. The types are those that the values travel as.</summary>
    public IReadOnlyList<(string Name, Type Type)> Parameters { get; }

    /// <summary>The statement with <c>$1</c> for its first parameter.</summary>
    public string PositionalText { get; }

    /// <summary>Null where the statement's text would change with its arguments: lists, or parameters of unknown number.</summary>
    public static StatementArguments? Of(string sql, object? args) => Known
        .GetOrAdd(args?.GetType() ?? typeof(void), static _ => new(StatementTexts.Comparer))
        .GetOrAdd(sql, static (sql, type) => Make(sql, type), args?.GetType());

    /// <summary>The statement with other names for its parameters.</summary>
    public string TextWith(Func<int, string> name) => Parameter().Replace(_sql, match => name(Index(match.Groups[1].Value)));

    public bool Fits(object? args) => args?.GetType() == _type;

    public object Value(object args, int index) => _values[index](args) ?? DBNull.Value;

    private static StatementArguments? Make(string sql, Type? type)
    {
        var names = Parameter().Matches(sql).Select(match => match.Groups[1].Value).Distinct(StringComparer.Ordinal).ToList();
        if (type is null)
        {
            return names.Count == 0 ? new StatementArguments(null, sql, [], []) : null;
        }

        if (typeof(SqlMapper.IDynamicParameters).IsAssignableFrom(type))
        {
            return null;
        }

        var properties = names.Select(name => type.GetProperty(name, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase)).ToList();
        return properties.TrueForAll(p => p is not null && !IsList(p.PropertyType))
            ? new StatementArguments(
                type, sql, [.. names.Zip(properties, (name, p) => (name, TravelsAs(p!.PropertyType)))], [.. properties.Select(p => Getter(type, p!))])
            : null;
    }

    private int Index(string name)
    {
        for (var i = 0; i < Parameters.Count; i++)
        {
            if (Parameters[i].Name == name)
            {
                return i;
            }
        }

        throw new InvalidOperationException($"The statement's parameter {name} is not among its arguments.");
    }

    private static Type TravelsAs(Type property)
    {
        var plain = Nullable.GetUnderlyingType(property) ?? property;
        return IsId(plain) ? typeof(byte[]) : plain.IsEnum ? Enum.GetUnderlyingType(plain) : plain;
    }

    private static bool IsId(Type plain) => plain.IsGenericType && plain.GetGenericTypeDefinition() == typeof(Id<>);

    private static bool IsList(Type type) => type != typeof(string) && type != typeof(byte[]) && typeof(IEnumerable).IsAssignableFrom(type);

    /// <summary>Ids travel as their bytes, enumerations as their numbers.</summary>
    private static Func<object, object?> Getter(Type type, PropertyInfo property)
    {
        var args = Expression.Parameter(typeof(object));
        Expression value = Expression.Property(Expression.Convert(args, type), property);
        var plain = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (IsId(plain))
        {
            var toBytes = plain.GetMethod(nameof(Id<IdKinds.Project>.ToBytes), Type.EmptyTypes)!;
            value = plain == property.PropertyType
                ? Expression.Call(value, toBytes)
                : Expression.Condition(
                    Expression.Property(value, "HasValue"),
                    Expression.Call(Expression.Property(value, "Value"), toBytes),
                    Expression.Constant(null, typeof(byte[])));
        }

        else if (plain.IsEnum)
        {
            var number = Enum.GetUnderlyingType(plain);
            value = Expression.Convert(value, plain == property.PropertyType ? number : typeof(Nullable<>).MakeGenericType(number));
        }

        return Expression.Lambda<Func<object, object?>>(Expression.Convert(value, typeof(object)), args).Compile();
    }

    [GeneratedRegex(@"(?<![\w@])@(\w+)")]
    private static partial Regex Parameter();
}
