using System.Data;
using Dapper;

namespace Behalf.Storage.Postgres;

/// <summary>Puts the scope in front of a statement: both go in one message, and one implicit transaction, so that the
/// local setting holds for the statement and is gone after it.</summary>
internal static class PostgresScope
{
    private const string ForProject = "select set_config('app.project', @scope_project, true); ";
    private const string ForSystem = "select set_config('app.system', 'on', true); ";

    public static CommandDefinition Command(
        RowScope scope, string sql, object? args, IDbTransaction? transaction, CancellationToken ct)
    {
        sql = ListParameters.AsArrays(sql);
        if (scope.Project is not { } project)
        {
            return new CommandDefinition(ForSystem + sql, args, transaction, cancellationToken: ct);
        }

        var parameters = new DynamicParameters(args);
        parameters.Add("scope_project", Hex(project), DbType.String);
        return new CommandDefinition(ForProject + sql, parameters, transaction, cancellationToken: ct);
    }

    private static string Hex(Id<IdKinds.Project> project) => Convert.ToHexStringLower(project.ToBytes());
}
