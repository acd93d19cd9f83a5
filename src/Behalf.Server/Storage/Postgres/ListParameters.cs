using System.Text.RegularExpressions;

namespace Behalf.Storage.Postgres;

/// <summary><c>in @list</c> is Dapper's own way to write a list, which it expands for every driver but this one: here a list
/// goes as one array, so that the statement's text, and with it its prepared form, does not depend on how many there are.</summary>
internal static partial class ListParameters
{
    public static string AsArrays(string sql) =>
        sql.Contains(" in @", StringComparison.Ordinal) ? ListParameter().Replace(sql, " = any(@$1)") : sql;

    [GeneratedRegex(@" in @(\w+)")]
    private static partial Regex ListParameter();
}
