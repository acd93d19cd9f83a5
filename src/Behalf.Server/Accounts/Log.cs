using Behalf.Accounts.OAuth;

namespace Behalf.Accounts;

/// <summary>All that this room says to the log.</summary>
internal static partial class Log
{
    [LoggerMessage(4001, LogLevel.Warning, "{Toolkit} refused to refresh {Account}: {Refusal} {Code}")]
    public static partial void RefreshRefused(
        this ILogger log, Id<IdKinds.Account> account, string toolkit, TokenRefusal refusal, string? code);

    [LoggerMessage(4002, LogLevel.Error, "Refreshing {Account} broke")]
    public static partial void RefreshBroke(this ILogger log, Exception e, Id<IdKinds.Account> account);

    [LoggerMessage(4004, LogLevel.Error, "The renewed credential of {Account} could not be kept in a file")]
    public static partial void NotSpilled(this ILogger log, Exception e, Id<IdKinds.Account> account);

    [LoggerMessage(4005, LogLevel.Warning, "The file with the renewed credential of {Account} could not be removed")]
    public static partial void SpillStays(this ILogger log, Exception e, Id<IdKinds.Account> account);

    [LoggerMessage(4006, LogLevel.Error, "{Path} cannot be read as a renewed credential; it is left there")]
    public static partial void SpillUnreadable(this ILogger log, Exception e, string path);

    [LoggerMessage(4007, LogLevel.Warning, "The renewed credential of {Account} was brought from its file into the database")]
    public static partial void SpillStored(this ILogger log, Id<IdKinds.Account> account);

    [LoggerMessage(4008, LogLevel.Warning, "{Toolkit} asked the app of {AuthConfig} to slow down: no refreshes for {Seconds} s")]
    public static partial void AppPaused(this ILogger log, Id<IdKinds.AuthConfig> authConfig, string toolkit, int seconds);

    [LoggerMessage(4009, LogLevel.Error, "Refreshing {Account} was given up half way; it is taken up again when its lease ends")]
    public static partial void ClaimLeft(this ILogger log, Exception e, Id<IdKinds.Account> account);

    [LoggerMessage(4010, LogLevel.Error, "The renewed credential of {Account} could not be brought from its file into the database; it is left there")]
    public static partial void SpillNotStored(this ILogger log, Exception e, Id<IdKinds.Account> account);

    [LoggerMessage(4003, LogLevel.Error, "When {Account} was last used could not be noted")]
    public static partial void UseNotNoted(this ILogger log, Exception e, Id<IdKinds.Account> account);
}
