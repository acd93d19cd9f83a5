namespace Behalf.Projects;

/// <summary>What the room says.</summary>
internal static partial class Log
{
    [LoggerMessage(3001, LogLevel.Warning, "{Webhook} of {Project} is switched off: {Reason}")]
    public static partial void WebhookDisabled(this ILogger log, Id<IdKinds.Webhook> webhook, Id<IdKinds.Project> project, string reason);

    [LoggerMessage(3002, LogLevel.Warning, "{Delivery} could not be attempted and is tried again in a minute")]
    public static partial void DeliveryPutOff(this ILogger log, Exception e, Id<IdKinds.Delivery> delivery);
}
