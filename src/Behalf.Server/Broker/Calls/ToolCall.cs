using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Behalf.Broker.Calls;

/// <summary>A request to run a tool for a user, from whatever edge it came.</summary>
internal sealed record ToolCall
{
    public required Caller Caller { get; init; }

    public required string Tool { get; init; }

    /// <summary>The account by id; else it is chosen by user, and by alias where there are several.</summary>
    public string? AccountId { get; init; }

    public string? User { get; init; }

    public string? Alias { get; init; }

    public JsonElement Arguments { get; init; }

    public IdempotencyKey? IdempotencyKey { get; init; }
}

/// <summary>What came of it. A failure at the provider, or arguments that do not fit, are results; what the caller may not
/// do, or cannot until somebody connects, is a <see cref="Problem"/>.</summary>
internal sealed record ToolCallResult
{
    public required JsonObject Data { get; init; }

    public string? Error { get; init; }

    public bool Successful => Error is null;

    public required string LogId { get; init; }

    public int? RetryAfterSeconds { get; init; }

    /// <summary>Of a closed list: what went wrong, where something did.</summary>
    [JsonIgnore]
    public string? ErrorKind => Successful ? null : Data["error_kind"]?.GetValue<string>();

    /// <summary>Whether it was given to an earlier request with the same idempotency key.</summary>
    [JsonIgnore]
    public bool Replayed { get; init; }
}
