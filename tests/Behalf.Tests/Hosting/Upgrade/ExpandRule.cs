using System.Text.RegularExpressions;
using Behalf.Storage;
using Behalf.Storage.Postgres;

namespace Behalf.Tests.Hosting.Upgrade;

/// <summary>What a migration may do while nodes of the version before it are at work: add what they neither read nor must
/// write. A contract, which names the migration since which nobody uses it any more, takes away; that this is so is proven by
/// the nodes of both versions side by side.</summary>
/// <param name="previous">The last migration of the version before.</param>
internal sealed partial class ExpandRule(int previous)
{
    private readonly HashSet<string> _newTables = new(StringComparer.Ordinal);
    private readonly HashSet<string> _newColumns = new(StringComparer.Ordinal);

    /// <summary>The statements that the version before may stumble over.</summary>
    public IReadOnlyList<string> ObjectionsTo(Migration migration) => Migration.ContractsFrom(migration.Name) <= previous ? [] :
    [
        .. from engine in Enum.GetValues<Engine>()
           from statement in SqlScript.Split(migration.TextFor(engine)).Select(text => Spaces().Replace(text, " ").ToLowerInvariant())
           where !OnlyAdds(statement)
           select $"{migration.Name}: {statement}",
    ];

    private bool OnlyAdds(string statement)
    {
        if (NewTable().Match(statement) is { Success: true } table)
        {
            _newTables.Add(table.Groups[1].Value);
            return true;
        }

        if (NewColumn().Match(statement) is { Success: true } column)
        {
            _newColumns.Add($"{column.Groups[1]}.{column.Groups[2]}");
            return _newTables.Contains(column.Groups[1].Value) || IsOptional(column.Groups[3].Value);
        }

        // Rows of the version before may break a rule that it does not know.
        if (NewIndex().Match(statement) is { Success: true } index)
        {
            return !index.Groups[1].Success || _newTables.Contains(index.Groups[2].Value);
        }

        if (Fill().Match(statement) is { Success: true } fill)
        {
            return _newTables.Contains(fill.Groups[1].Value) || _newColumns.Contains($"{fill.Groups[1]}.{fill.Groups[2]}");
        }

        return statement.StartsWith("create function ", StringComparison.Ordinal)
            || (statement.StartsWith("do $$", StringComparison.Ordinal) && !TakesAway().IsMatch(statement));
    }

    /// <summary>The version before inserts without it.</summary>
    private static bool IsOptional(string definition) =>
        (!definition.Contains("not null", StringComparison.Ordinal) || definition.Contains("default", StringComparison.Ordinal))
        && !Ties().IsMatch(definition);

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"^create table (\w+)")]
    private static partial Regex NewTable();

    [GeneratedRegex(@"^alter table (\w+) add column (\w+) ([^,]+)$")]
    private static partial Regex NewColumn();

    [GeneratedRegex(@"^create (unique )?index \w+ on (\w+)")]
    private static partial Regex NewIndex();

    [GeneratedRegex(@"^(?:update|insert into) (\w+)(?: set (\w+) = [^,]+$)?")]
    private static partial Regex Fill();

    [GeneratedRegex(@"\b(unique|references|primary key|generated|check)\b")]
    private static partial Regex Ties();

    [GeneratedRegex(@"\b(drop|rename|delete|truncate|alter column|not null|disable)\b")]
    private static partial Regex TakesAway();
}
