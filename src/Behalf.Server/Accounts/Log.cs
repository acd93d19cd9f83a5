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

    [LoggerMessage(4003, LogLevel.Error, "When {Account} was last used could not be noted")]
    public static partial void UseNotNoted(this ILogger log, Exception e, Id<IdKinds.Account> account);
}
