using System.Text.Json;
using Behalf.Storage;
using Behalf.Wire;

namespace Behalf.Audit.Lists;

internal sealed record SearchToolLogsRequest
{
    public int? Limit { get; init; }

    public string? Cursor { get; init; }

    public IReadOnlyList<ToolLogFilter>? Filters { get; init; }

    public ToolLogTimes? TimeRange { get; init; }
}

/// <summary>Milliseconds since 1970.</summary>
internal sealed record ToolLogTimes
{
    public double From { get; init; }

    public double To { get; init; }
}

internal sealed record ToolLogsAnswer
{
    public required IReadOnlyList<ToolLogAnswer> Logs { get; init; }

    public required string? NextCursor { get; init; }
}

/// <summary>The calls of tools, as the wire's clients read them: a view of the trail, so that there is one record of a call.</summary>
internal static class ToolLogs
{
    private const int MostPerPage = 100;
    private static readonly string[] Calls = [AuditActions.ToolExecuted, AuditActions.ProxyExecuted];

    public static async Task<ToolLogsAnswer> SearchAsync(
        CallerParameter caller, SearchToolLogsRequest? body, IDatabase database, CancellationToken ct)
    {
        var page = PageRequest.Parse(body?.Limit, body?.Cursor, MostPerPage);
        var query = new EventQuery(database, caller.Caller.Project).In("action", Calls);
        ToolLogFilter.Apply(body?.Filters ?? [], query);
        if (body?.TimeRange is { } times)
        {
            query.Between((long)times.From, (long)times.To);
        }

        var rows = await query.PageAsync(page, ct);
        var shown = page.ToPage(rows, rows.Count, ToolLogAnswer.From, row => (row.At, row.EventId.ToBytes()));
        return new ToolLogsAnswer { Logs = shown.Items, NextCursor = shown.NextCursor };
    }

    public static async Task<ToolLogDetail> GetAsync(CallerParameter caller, string id, IDatabase database, CancellationToken ct)
    {
        var rows = await new EventQuery(database, caller.Caller.Project)
            .In("action", Calls)
            .Where("event_id = {0}", WireText.Id<IdKinds.Event>(id).ToBytes())
            .PageAsync(new PageRequest { Limit = 1 }, ct);
        return rows is [var row] ? ToolLogDetail.DetailFrom(row) : throw new Problem(Refusal.NotFound);
    }
}
