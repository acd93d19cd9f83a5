using System.Collections;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Behalf.Storage.Sqlite;

/// <summary>The prepared statements of one connection. Reading a statement's text and planning it costs several times what
/// running it does, and Dapper does both each time; here it only turns rows into records. Statements whose text depends on
/// their arguments (a list, filters) still go through it whole.</summary>
internal sealed class SqliteStatements(SqliteConnection connection) : IDisposable
{
    private const int Most = 200;

    private readonly Dictionary<string, Prepared> _prepared = new(StatementTexts.Comparer);
    private readonly Dictionary<string, SqliteChange> _changes = new(StatementTexts.Comparer);

    public SqliteConnection Connection => connection;

    public int Execute(string sql, object? args = null)
    {
        if (args is IEnumerable rows and not DynamicParameters)
        {
            var total = 0;
            foreach (var row in rows)
            {
                total += Execute(sql, row);
            }

            return total;
        }

        return FindChange(sql, args) is { } change ? change.Execute(args) : connection.Execute(sql, args);
    }

    public T? First<T>(string sql, object? args)
    {
        if (Find(sql, args) is not { } prepared)
        {
            return connection.QueryFirstOrDefault<T>(sql, args);
        }

        using var reader = prepared.Bind(args).ExecuteReader();
        return reader.Read() ? RowParsers<T>.Of(Engine.Sqlite, sql, reader)(reader) : default;
    }

    public IReadOnlyList<T> All<T>(string sql, object? args)
    {
        if (Find(sql, args) is not { } prepared)
        {
            return connection.Query<T>(sql, args).AsList();
        }

        using var reader = prepared.Bind(args).ExecuteReader();
        var parse = RowParsers<T>.Of(Engine.Sqlite, sql, reader);
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(parse(reader)!);
        }

        return rows;
    }

    public void Dispose()
    {
        foreach (var prepared in _prepared.Values)
        {
            prepared.Command.Dispose();
        }

        foreach (var change in _changes.Values)
        {
            change.Dispose();
        }

        _prepared.Clear();
        _changes.Clear();
        connection.Dispose();
    }

    /// <summary>Null where the statement is not one to keep.</summary>
    private Prepared? Find(string sql, object? args)
    {
        if (_prepared.TryGetValue(sql, out var known))
        {
            return known.Fits(args) ? known : null;
        }

        if (_prepared.Count >= Most || StatementArguments.Of(sql, args) is not { } arguments)
        {
            return null;
        }

        var prepared = new Prepared(connection, sql, arguments);
        _prepared.Add(sql, prepared);
        return prepared;
    }

    private SqliteChange? FindChange(string sql, object? args)
    {
        if (_changes.TryGetValue(sql, out var known))
        {
            return known.Fits(args) ? known : null;
        }

        if (_changes.Count >= Most || StatementArguments.Of(sql, args) is not { } arguments)
        {
            return null;
        }

        var change = new SqliteChange(connection, sql, arguments);
        _changes.Add(sql, change);
        return change;
    }

    private sealed class Prepared
    {
        private readonly StatementArguments _arguments;

        public Prepared(SqliteConnection connection, string sql, StatementArguments arguments)
        {
            _arguments = arguments;
            Command = connection.CreateCommand();
            Command.CommandText = sql;
            foreach (var (name, _) in arguments.Parameters)
            {
                Command.Parameters.Add(new SqliteParameter { ParameterName = "@" + name });
            }
        }

        public SqliteCommand Command { get; }

        public bool Fits(object? args) => _arguments.Fits(args);

        public SqliteCommand Bind(object? args)
        {
            for (var i = 0; i < _arguments.Parameters.Count; i++)
            {
                Command.Parameters[i].Value = _arguments.Value(args!, i);
            }

            return Command;
        }
    }
}
