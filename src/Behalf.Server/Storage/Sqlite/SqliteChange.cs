using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Behalf.Storage.Sqlite;

/// <summary>A prepared statement that changes rows, on the library itself. The driver finds each parameter's place by its name, each
/// time, and every call writes an event of eighteen: finding their places cost as much as writing it.</summary>
internal sealed class SqliteChange : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private readonly StatementArguments _arguments;
    private readonly int[] _places;

    public SqliteChange(SqliteConnection connection, string sql, StatementArguments arguments)
    {
        _database = connection.Handle ?? throw new InvalidOperationException("The connection is not open.");
        _arguments = arguments;
        Check(raw.sqlite3_prepare_v3(_database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement, out var rest));
        if (!string.IsNullOrWhiteSpace(rest))
        {
            _statement.Dispose();
            throw new InvalidOperationException($"One statement at a time: {sql}");
        }

        _places = [.. arguments.Parameters.Select(parameter => raw.sqlite3_bind_parameter_index(_statement, "@" + parameter.Name))];
    }

    public bool Fits(object? args) => _arguments.Fits(args);

    /// <returns>How many rows it changed.</returns>
    public int Execute(object? args)
    {
        for (var i = 0; i < _places.Length; i++)
        {
            Check(Bind(_places[i], _arguments.Value(args!, i)));
        }

        int code;
        do
        {
            code = raw.sqlite3_step(_statement);
        }
        while (code == raw.SQLITE_ROW);

        // Resetting says again what stepping said; the message is of the last of the two.
        raw.sqlite3_reset(_statement);
        Check(code);
        return raw.sqlite3_changes(_database);
    }

    public void Dispose() => _statement.Dispose();

    private int Bind(int place, object value) => value switch
    {
        DBNull => raw.sqlite3_bind_null(_statement, place),
        string text => raw.sqlite3_bind_text(_statement, place, text),
        byte[] bytes => raw.sqlite3_bind_blob(_statement, place, bytes),
        long number => raw.sqlite3_bind_int64(_statement, place, number),
        int number => raw.sqlite3_bind_int(_statement, place, number),
        short number => raw.sqlite3_bind_int(_statement, place, number),
        bool yes => raw.sqlite3_bind_int(_statement, place, yes ? 1 : 0),
        _ => throw new InvalidOperationException($"A {value.GetType()} is nothing that a row holds."),
    };

    private void Check(int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_DONE or raw.SQLITE_ROW))
        {
            SqliteException.ThrowExceptionForRC(code, _database);
        }
    }
}
