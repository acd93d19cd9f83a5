using Behalf.Wire;

namespace Behalf.Projects.Webhooks;

internal sealed record WebhookRequest
{
    public string? WebhookUrl { get; init; }

    public IReadOnlyList<string>? EnabledEvents { get; init; }

    public string? Version { get; init; }

    /// <summary>False switches the subscription off, true on again. Ours, not the published wire's.</summary>
    public bool? Enabled { get; init; }

    public static short ReadVersion(string? version) => version?.ToUpperInvariant() switch
    {
        "V1" => 1,
        "V2" => 2,
        null or "V3" => 3,
        _ => throw new Problem(Refusal.InvalidRequest, "version is V1, V2 or V3."),
    };

    public static string ReadEvents(IReadOnlyList<string>? events)
    {
        string[] wanted = [.. (events ?? []).Distinct()];
        if (wanted.Length == 0 || wanted.Any(type => WebhookEvents.All.All(known => known.Name != type)))
        {
            throw new Problem(
                Refusal.InvalidRequest,
                "enabled_events holds one or more types of event.",
                "See GET /webhook_subscriptions/event_types for all of them.");
        }

        return string.Join(' ', wanted);
    }
}

internal sealed record WebhookAnswer
{
    /// <summary>The wire wants a secret in every answer. It is shown when it is made, and never again.</summary>
    public const string Hidden = "REDACTED";

    public required string Id { get; init; }

    public required string WebhookUrl { get; init; }

    public required string Version { get; init; }

    public required IReadOnlyList<string> EnabledEvents { get; init; }

    public required string Secret { get; init; }

    public required string CreatedAt { get; init; }

    public required string UpdatedAt { get; init; }

    /// <summary>Until when deliveries are signed with the former secret, too. This and what follows is ours.</summary>
    public required string? FormerSecretUntil { get; init; }

    /// <summary>Since when no delivery has been taken, where the last one failed.</summary>
    public required string? FailingSince { get; init; }

    public required string? DisabledAt { get; init; }

    /// <summary><c>gone</c>, <c>failing</c> or <c>by_request</c>.</summary>
    public required string? DisabledReason { get; init; }

    public static WebhookAnswer From(WebhookRow row, string? secret = null) => new()
    {
        Id = row.WebhookId.ToString(),
        WebhookUrl = row.Url,
        Version = $"V{row.Version}",
        EnabledEvents = row.EventTypes,
        Secret = secret ?? Hidden,
        CreatedAt = WireText.Time(row.CreatedAt),
        UpdatedAt = WireText.Time(row.UpdatedAt),
        FormerSecretUntil = row.FormerUntil is { } until ? WireText.Time(until) : null,
        FailingSince = row.FailingSince is { } since ? WireText.Time(since) : null,
        DisabledAt = row.DisabledAt is { } at ? WireText.Time(at) : null,
        DisabledReason = row.DisabledReason,
    };
}

internal sealed record DeletedWebhookAnswer
{
    public bool Success { get; init; } = true;
}

internal sealed record RotateSecretRequest
{
    /// <summary>How long the former secret signs, too: a day if not said. Ours, not the published wire's.</summary>
    public int? OverlapSeconds { get; init; }
}

internal sealed record RotatedSecretAnswer
{
    public required string Id { get; init; }

    public required string Secret { get; init; }

    public required string? FormerSecretUntil { get; init; }
}

internal sealed record EventTypesAnswer
{
    public required IReadOnlyList<EventTypeAnswer> Items { get; init; }
}

internal sealed record EventTypeAnswer
{
    public required string EventType { get; init; }

    public required string Description { get; init; }

    public IReadOnlyList<string> SupportedVersions { get; init; } = ["V1", "V2", "V3"];
}
