using System.Globalization;
using System.Text.Json;
using Behalf.Storage;
using Behalf.Wire;
using Microsoft.AspNetCore.Mvc;

namespace Behalf.Audit.Lists;

internal sealed record AuditEventFilter
{
    [FromQuery(Name = "action")]
    public string? Actions { get; init; }

    [FromQuery(Name = "outcome")]
    public string? Outcomes { get; init; }

    [FromQuery(Name = "user_id")]
    public string? UserIds { get; init; }

    [FromQuery(Name = "connected_account_ids")]
    public string? ConnectedAccountIds { get; init; }

    [FromQuery(Name = "toolkit_slug")]
    public string? Toolkits { get; init; }

    [FromQuery(Name = "tool_slug")]
    public string? Tools { get; init; }

    [FromQuery(Name = "request_id")]
    public string? RequestIds { get; init; }

    [FromQuery(Name = "agent")]
    public string? Agents { get; init; }

    /// <summary>ISO 8601, or milliseconds since 1970.</summary>
    [FromQuery(Name = "from")]
    public string? From { get; init; }

    [FromQuery(Name = "to")]
    public string? To { get; init; }

    [FromQuery(Name = "limit")]
    public int? Limit { get; init; }

    [FromQuery(Name = "cursor")]
    public string? Cursor { get; init; }
}

internal sealed record AuditEventAnswer
{
    public required string Id { get; init; }

    /// <summary>The event's place in the chain; null until it is sealed, within about a second.</summary>
    public required long? Seq { get; init; }

    public required string CreatedAt { get; init; }

    public required string Action { get; init; }

    public required string Outcome { get; init; }

    public required string ActorKind { get; init; }

    public required string? ActorId { get; init; }

    public required string? Agent { get; init; }

    public required string? UserId { get; init; }

    public required string? AuthConfigId { get; init; }

    public required string? ConnectedAccountId { get; init; }

    public required string? ToolkitSlug { get; init; }

    public required string? ToolSlug { get; init; }

    public required string? SessionId { get; init; }

    public required string? RequestId { get; init; }

    public required int? Status { get; init; }

    public required int? DurationMs { get; init; }

    public required JsonElement? Detail { get; init; }

    public static AuditEventAnswer From(EventRow row) => new()
    {
        Id = row.EventId.ToString(),
        Seq = row.Seq,
        CreatedAt = WireText.Time(row.At),
        Action = row.Action,
        Outcome = row.Outcome,
        ActorKind = row.ActorKind,
        ActorId = row.ActorId,
        Agent = row.Agent,
        UserId = row.UserId,
        AuthConfigId = row.AuthConfigId?.ToString(),
        ConnectedAccountId = row.AccountId?.ToString(),
        ToolkitSlug = row.Toolkit,
        ToolSlug = row.Tool,
        SessionId = row.SessionId,
        RequestId = row.RequestId,
        Status = row.Status,
        DurationMs = row.DurationMs,
        Detail = row.ParseDetail(),
    };
}

/// <summary>The project's events, newest first.</summary>
internal static class ListAuditEvents
{
    public static async Task<Page<AuditEventAnswer>> HandleAsync(
        CallerParameter caller, [AsParameters] AuditEventFilter filter, IDatabase database, CancellationToken ct)
    {
        var page = PageRequest.Parse(filter.Limit, filter.Cursor);
        var query = new EventQuery(database, caller.Caller.Project)
            .In("action", QueryText.List(filter.Actions))
            .In("outcome", QueryText.List(filter.Outcomes))
            .In("user_id", QueryText.List(filter.UserIds))
            .In("account_id", QueryText.Ids<IdKinds.Account>(filter.ConnectedAccountIds)?.Select(id => id.ToBytes()).ToList())
            .In("lower(toolkit)", Lower(filter.Toolkits))
            .In("lower(tool)", Lower(filter.Tools))
            .In("request_id", QueryText.List(filter.RequestIds))
            .In("agent", QueryText.List(filter.Agents))
            .Between(Time(filter.From, "from"), Time(filter.To, "to"));
        var total = await query.CountAsync(ct);
        var rows = await query.PageAsync(page, ct);
        return page.ToPage(rows, total, AuditEventAnswer.From, row => (row.At, row.EventId.ToBytes()));
    }

    private static List<string>? Lower(string? slugs) => QueryText.List(slugs)?.Select(slug => slug.ToLowerInvariant()).ToList();

    private static long? Time(string? text, string field)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
        {
            return milliseconds;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUnixTimeMilliseconds()
            : throw new Problem(Refusal.InvalidRequest, $"{field} is a time as 2026-01-31T12:00:00Z, or in milliseconds since 1970.");
    }
}
