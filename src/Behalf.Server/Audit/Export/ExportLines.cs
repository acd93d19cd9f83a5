using System.Text.Json.Serialization;
using Behalf.Audit.Chain;
using Behalf.Audit.Sealing;

namespace Behalf.Audit.Export;

/// <summary>The kinds of lines in an export, one JSON object each.</summary>
internal static class LineTypes
{
    public const string PublicKey = "public_key";
    public const string Event = "event";
    public const string Checkpoint = "checkpoint";

    /// <summary>An event without a place yet: nothing is proven about it.</summary>
    public const string Unsealed = "unsealed";
}

internal sealed record LineType
{
    public string? Type { get; init; }
}

internal sealed record PublicKeyLine
{
    public string Type { get; init; } = LineTypes.PublicKey;

    public required string Kid { get; init; }

    /// <summary>ECDSA on P-256 with SHA-256, the signature as r ‖ s (RFC 7518 §3.4).</summary>
    public string Algorithm { get; init; } = "ES256";

    public required string Pem { get; init; }

    public static PublicKeyLine From(AuditPublicKey key) => new() { Kid = key.Kid, Pem = key.Pem };
}

internal sealed record CheckpointLine
{
    public string Type { get; init; } = LineTypes.Checkpoint;

    public required Id<IdKinds.Project> ProjectId { get; init; }

    public required long Seq { get; init; }

    /// <summary>Lower-case hexadecimal digits, as all hashes here.</summary>
    public required string Hash { get; init; }

    public required long At { get; init; }

    public required string Kid { get; init; }

    /// <summary>Base64.</summary>
    public required byte[] Signature { get; init; }

    public static CheckpointLine From(Checkpoint checkpoint) => new()
    {
        ProjectId = checkpoint.ProjectId,
        Seq = checkpoint.Seq,
        Hash = Convert.ToHexStringLower(checkpoint.Hash),
        At = checkpoint.At,
        Kid = checkpoint.Kid,
        Signature = checkpoint.Signature,
    };

    public Checkpoint ToCheckpoint() => new()
    {
        ProjectId = ProjectId,
        Seq = Seq,
        Hash = Convert.FromHexString(Hash),
        At = At,
        Kid = Kid,
        Signature = Signature,
    };
}

/// <summary>An event with every field as it is hashed: times in milliseconds, the detail as the text that was stored.</summary>
internal sealed record EventLine
{
    public string Type { get; init; } = LineTypes.Event;

    public required Id<IdKinds.Project> ProjectId { get; init; }

    public required long? Seq { get; init; }

    public required Id<IdKinds.Event> Id { get; init; }

    public required long At { get; init; }

    public required string Action { get; init; }

    public required string Outcome { get; init; }

    public required string ActorKind { get; init; }

    public required string? ActorId { get; init; }

    public required string? Agent { get; init; }

    public required string? UserId { get; init; }

    public required Id<IdKinds.AuthConfig>? AuthConfigId { get; init; }

    public required Id<IdKinds.Account>? ConnectedAccountId { get; init; }

    public required string? ToolkitSlug { get; init; }

    public required string? ToolSlug { get; init; }

    public required string? SessionId { get; init; }

    public required string? RequestId { get; init; }

    public required int? Status { get; init; }

    public required int? DurationMs { get; init; }

    public required string? Detail { get; init; }

    public required string? Hash { get; init; }

    public static EventLine From(EventRow row) => new()
    {
        Type = row.Seq is null ? LineTypes.Unsealed : LineTypes.Event,
        ProjectId = row.ProjectId,
        Seq = row.Seq,
        Id = row.EventId,
        At = row.At,
        Action = row.Action,
        Outcome = row.Outcome,
        ActorKind = row.ActorKind,
        ActorId = row.ActorId,
        Agent = row.Agent,
        UserId = row.UserId,
        AuthConfigId = row.AuthConfigId,
        ConnectedAccountId = row.AccountId,
        ToolkitSlug = row.Toolkit,
        ToolSlug = row.Tool,
        SessionId = row.SessionId,
        RequestId = row.RequestId,
        Status = row.Status,
        DurationMs = row.DurationMs,
        Detail = row.Detail,
        Hash = row.Hash is null ? null : Convert.ToHexStringLower(row.Hash),
    };

    public EventRow ToRow() => new()
    {
        ProjectId = ProjectId,
        Seq = Seq,
        EventId = Id,
        At = At,
        Action = Action,
        Outcome = Outcome,
        ActorKind = ActorKind,
        ActorId = ActorId,
        Agent = Agent,
        UserId = UserId,
        AuthConfigId = AuthConfigId,
        AccountId = ConnectedAccountId,
        Toolkit = ToolkitSlug,
        Tool = ToolSlug,
        SessionId = SessionId,
        RequestId = RequestId,
        Status = Status,
        DurationMs = DurationMs,
        Detail = Detail,
        Hash = Hash is null ? null : Convert.FromHexString(Hash),
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LineType))]
[JsonSerializable(typeof(PublicKeyLine))]
[JsonSerializable(typeof(CheckpointLine))]
[JsonSerializable(typeof(EventLine))]
internal sealed partial class ExportJson : JsonSerializerContext;
