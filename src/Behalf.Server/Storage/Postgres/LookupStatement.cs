using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace Behalf.Storage.Postgres;

/// <summary>The look-ups of one message that share scope and statement. Those that ask the same are asked once; those that ask for
/// different rows are asked together: taking a plan up and putting it away costs the database several times what one more row does.</summary>
internal sealed class LookupStatement
{
    private static readonly ConcurrentDictionary<StatementArguments, string> ManyTexts = new();

    private readonly StatementArguments _arguments;
    private readonly List<IReadOnlyList<Lookup>> _questions;
    private readonly string _text;

    public LookupStatement(IEnumerable<Lookup> lookups)
    {
        _questions = [.. lookups.GroupBy(lookup => lookup.Values, LookupValues.Comparer).Select(same => same.ToList())];
        _arguments = _questions[0][0].Arguments;
        _text = IsMany ? ManyTexts.GetOrAdd(_arguments, MakeManyText) : _arguments.PositionalText;
    }

    private bool IsMany => _questions.Count > 1;

    public NpgsqlBatchCommand Command()
    {
        var command = new NpgsqlBatchCommand(_text);
        for (var i = 0; i < _arguments.Parameters.Count; i++)
        {
            var type = LookupTypes.Of(_arguments.Parameters[i].Type);
            command.Parameters.Add(IsMany
                ? new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | type.Type, Value = type.Column([.. _questions.Select(question => question[0].Values[i])]) }
                : new NpgsqlParameter { NpgsqlDbType = type.Type, Value = _questions[0][0].Values[i] });
        }

        return command;
    }

    /// <summary>Hands the rows out. A look-up without a row keeps none.</summary>
    public async Task ReadAsync(NpgsqlDataReader reader)
    {
        if (!IsMany)
        {
            if (await reader.ReadAsync())
            {
                Take(_questions[0], reader);
            }

            return;
        }

        while (await reader.ReadAsync())
        {
            Take(_questions[checked((int)reader.GetInt64(reader.FieldCount - 1)) - 1], reader);
        }
    }

    private void Take(IReadOnlyList<Lookup> askers, NpgsqlDataReader reader)
    {
        foreach (var lookup in askers)
        {
            lookup.Take(_text, reader);
        }
    }

    /// <summary>The limit keeps the planner from merging the statement into the outer one: it is planned as when it is alone.</summary>
    private static string MakeManyText(StatementArguments arguments)
    {
        string Name(int index) => string.Create(CultureInfo.InvariantCulture, $"p{index + 1}");
        var columns = arguments.Parameters.Select((parameter, i) => string.Create(CultureInfo.InvariantCulture, $"${i + 1}::{LookupTypes.Of(parameter.Type).Name}[]"));
        var names = arguments.Parameters.Select((_, i) => Name(i));
        return
            $"""
            select row_of.*, asked.place from unnest({string.Join(", ", columns)}) with ordinality as asked ({string.Join(", ", names)}, place)
            cross join lateral (select * from ({arguments.TextWith(index => "asked." + Name(index))}) found limit 1) row_of
            """;
    }
}
