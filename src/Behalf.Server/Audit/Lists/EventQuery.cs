using System.Buffers.Binary;
using System.Globalization;
using Behalf.Storage;
using Behalf.Wire;
using Dapper;

namespace Behalf.Audit.Lists;

/// <summary>A search in one project's trail, newest first. Conditions on time cut the range that is read; the others are
/// tried on the rows in it.</summary>
internal sealed class EventQuery
{
    /// <summary>Beyond this a list says no exact total: counting a trail of years is not worth a page of it.</summary>
    public const int MostCounted = 10_000;

    private readonly IDatabase _database;
    private readonly Id<IdKinds.Project> _project;
    private readonly DynamicParameters _args = new();
    private readonly List<string> _conditions = ["project_id = @project"];

    public EventQuery(IDatabase database, Id<IdKinds.Project> project)
    {
        (_database, _project) = (database, project);
        _args.Add("project", project.ToBytes());
    }

    private string Conditions => string.Join(" and ", _conditions);

    public EventQuery In<T>(string expression, IReadOnlyList<T>? values)
    {
        if (values is not null)
        {
            var name = Add(values.ToArray());
            _conditions.Add(_database.Engine == Engine.Postgres ? $"{expression} = any ({name})" : $"{expression} in {name}");
        }

        return this;
    }

    /// <summary>A condition of the caller's own; <c>{0}</c> stands for the value.</summary>
    public EventQuery Where(string condition, object value)
    {
        _conditions.Add(string.Format(CultureInfo.InvariantCulture, condition, Add(value)));
        return this;
    }

    /// <summary>From a time on and before another, in milliseconds. An event's id begins with its time, so the key serves this.</summary>
    public EventQuery Between(long? from, long? to)
    {
        if (from is { } start)
        {
            Where("event_id >= {0}", FirstIdAt(start));
        }

        if (to is { } end)
        {
            Where("event_id < {0}", FirstIdAt(end));
        }

        return this;
    }

    public Task<int> CountAsync(CancellationToken ct) => _database.FindAsync<int>(
        RowScope.Of(_project),
        $"select count(*) from (select 1 from audit_event where {Conditions} limit {MostCounted}) counted",
        _args,
        ct);

    /// <summary>The rows of a page and one more, where there is one.</summary>
    public Task<IReadOnlyList<EventRow>> PageAsync(PageRequest page, CancellationToken ct)
    {
        if (page.After is { } after)
        {
            Where("event_id < {0}", after.Id);
        }

        return _database.QueryAsync<EventRow>(
            RowScope.Of(_project),
            $"select {EventRow.Columns}, seq from audit_event where {Conditions} order by event_id desc limit {page.Limit + 1}",
            _args,
            ct);
    }

    private static byte[] FirstIdAt(long milliseconds)
    {
        // Times that no event can have are the ends of the range of those that it can.
        var id = new byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(id, (ulong)Math.Clamp(milliseconds, 0, (1L << 48) - 1) << 16);
        return id;
    }

    private string Add(object value)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"p{_conditions.Count}");
        _args.Add(name, value);
        return "@" + name;
    }
}
