namespace Behalf.Projects.Webhooks;

/// <summary>A kind of event that a webhook may ask for.</summary>
internal sealed record WebhookEventType
{
    public required string Name { get; init; }

    public required string Description { get; init; }
}

/// <summary>What webhooks are told. The names are part of the wire: add, never rename. They begin with <c>composio.</c>
/// because the SDKs read no other name as an event of the third version.</summary>
internal static class WebhookEvents
{
    public const string AccountCreated = "composio.connected_account.created";
    public const string AccountActive = "composio.connected_account.active";
    public const string AccountExpired = "composio.connected_account.expired";
    public const string AccountRevoked = "composio.connected_account.revoked";
    public const string AccountReconnected = "composio.connected_account.reconnected";
    public const string ExpiryReport = "composio.connected_account.expiry_report";

    public static IReadOnlyList<WebhookEventType> All { get; } =
    [
        Of(AccountCreated, "An account was made and waits for its user to connect it."),
        Of(AccountActive, "An account works for the first time, or again after it was switched off."),
        Of(AccountExpired, "An account stopped working: its user has to connect it again. status_reason says why."),
        Of(AccountRevoked, "An account was revoked or deleted."),
        Of(AccountReconnected, "An account got another credential: its user connected it again, or its key was replaced."),
        Of(ExpiryReport, "Once a day: which accounts have to be connected again, or soon will."),
        Of("composio.trigger.message", "A trigger fired. This server has no triggers, so it is never sent."),
        Of("composio.trigger.disabled", "A trigger was switched off. This server has no triggers, so it is never sent."),
    ];

    private static WebhookEventType Of(string name, string description) => new() { Name = name, Description = description };
}
