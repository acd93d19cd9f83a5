using System.Text.Json;
using System.Text.Json.Serialization;
using Behalf.Wire;

namespace Behalf.Projects.ApiKeys;

/// <summary>A key as lists show it: never its text.</summary>
internal sealed record ApiKeyAnswer
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>The public part of the key.</summary>
    public required string Hint { get; init; }

    /// <summary>The text; in the answer that made it, and never again.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Key { get; init; }

    public required string CreatedAt { get; init; }

    public required string? ExpiresAt { get; init; }

    public required string? RevokedAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? UserId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public KeyLimits? Limits { get; init; }

    public static ApiKeyAnswer From(ApiKeyRow row, KeyText? text = null) => new()
    {
        Id = row.KeyId.ToString(),
        Name = row.Name,
        Hint = row.Hint,
        Key = text?.Text.Reveal(),
        CreatedAt = WireText.Time(row.CreatedAt),
        ExpiresAt = row.ExpiresAt is { } expires ? WireText.Time(expires) : null,
        RevokedAt = row.RevokedAt is { } revoked ? WireText.Time(revoked) : null,
        UserId = row.BoundUser,
        Limits = row.Limits is null ? null : JsonSerializer.Deserialize(row.Limits, KeyLimitsJson.Default.KeyLimits),
    };
}
