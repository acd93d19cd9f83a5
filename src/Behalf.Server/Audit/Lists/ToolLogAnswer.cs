using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using Behalf.Wire;

namespace Behalf.Audit.Lists;

internal record ToolLogAnswer
{
    public required string Id { get; init; }

    public required string Timestamp { get; init; }

    public required string Type { get; init; }

    public required string Status { get; init; }

    public required string Level { get; init; }

    public required string Message { get; init; }

    public required ToolLogMetadata Metadata { get; init; }

    public required ToolLogMetrics Metrics { get; init; }

    /// <summary>The call that this one was part of: calls do not nest here.</summary>
    public ToolLogParent? Parent { get; init; }

    public static ToolLogAnswer From(EventRow row) => new()
    {
        Id = row.EventId.ToString(),
        Timestamp = WireText.Time(row.At),
        Type = row.Action == AuditActions.ProxyExecuted ? "proxy.execution" : "tool.execution",
        Status = row.Outcome == AuditOutcomes.Success ? "success" : "failed",
        Level = row.Outcome switch
        {
            AuditOutcomes.Success => "info",
            AuditOutcomes.Refused => "warn",
            _ => "error",
        },
        Message = $"{row.Tool ?? row.Toolkit ?? "proxy"}: {row.Outcome}",
        Metadata = ToolLogMetadata.From(row),
        Metrics = new ToolLogMetrics { DurationMs = row.DurationMs },
    };
}

internal sealed record ToolLogParent
{
    public required string LogId { get; init; }

    public required string ToolSlug { get; init; }
}

internal sealed record ToolLogMetadata
{
    public required string Outcome { get; init; }

    public required string? ToolSlug { get; init; }

    public required string? ToolkitSlug { get; init; }

    public required string? UserId { get; init; }

    public required string? ConnectedAccountId { get; init; }

    public required string? AuthConfigId { get; init; }

    public required string ActorKind { get; init; }

    public required string? ActorId { get; init; }

    public required string? Agent { get; init; }

    public required int? StatusCode { get; init; }

    public static ToolLogMetadata From(EventRow row) => new()
    {
        Outcome = row.Outcome,
        ToolSlug = row.Tool,
        ToolkitSlug = row.Toolkit,
        UserId = row.UserId,
        ConnectedAccountId = row.AccountId?.ToString(),
        AuthConfigId = row.AuthConfigId?.ToString(),
        ActorKind = row.ActorKind,
        ActorId = row.ActorId,
        Agent = row.Agent,
        StatusCode = row.Status,
    };
}

internal sealed record ToolLogMetrics
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required int? DurationMs { get; init; }
}

internal sealed record ToolLogDetail : ToolLogAnswer
{
    [SetsRequiredMembers]
    private ToolLogDetail(EventRow row)
        : base(From(row))
    {
        Timings = row.DurationMs is { } duration ? new ToolLogTimings { StartTime = row.At - duration, EndTime = row.At } : null;
        Context = new ToolLogContext { SessionId = row.SessionId, RequestId = row.RequestId };
        Data = row.ParseDetail() ?? JsonElement.Parse("{}");
    }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ToolLogTimings? Timings { get; }

    public ToolLogContext Context { get; }

    /// <summary>Where the call came from is in the metadata.</summary>
    public ToolLogSource Source { get; } = new();

    /// <summary>The event's detail. What was sent and what came back is not kept.</summary>
    public JsonElement Data { get; }

    public static ToolLogDetail DetailFrom(EventRow row) => new(row);
}

internal sealed record ToolLogTimings
{
    public required long StartTime { get; init; }

    public required long EndTime { get; init; }
}

internal sealed record ToolLogContext
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required string? SessionId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required string? RequestId { get; init; }
}

internal sealed record ToolLogSource;
