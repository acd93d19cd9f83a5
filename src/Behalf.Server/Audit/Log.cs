namespace Behalf.Audit;

/// <summary>What the room says.</summary>
internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Warning, "{Calls} calls wait for the database to record them; no new ones are accepted")]
    public static partial void CallsWait(this ILogger log, Exception e, int calls);

    [LoggerMessage(1002, LogLevel.Error, "{Calls} calls were made and could not be recorded")]
    public static partial void CallsLost(this ILogger log, Exception e, int calls);

    [LoggerMessage(1003, LogLevel.Error, "The audit trail is not being sealed: {Why}")]
    public static partial void NotSealing(this ILogger log, Exception e, string why);

    [LoggerMessage(1004, LogLevel.Information, "The audit trail is being sealed again")]
    public static partial void SealingAgain(this ILogger log);

    [LoggerMessage(1005, LogLevel.Error, "The chain of {Project} cannot be continued; verify its audit trail")]
    public static partial void ChainBlocked(this ILogger log, Exception e, Id<IdKinds.Project> project);

    [LoggerMessage(1006, LogLevel.Error, "Signing key {Kid} was not made by this server and is not trusted")]
    public static partial void ForeignKey(this ILogger log, Exception e, string kid);
}
