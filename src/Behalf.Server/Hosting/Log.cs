namespace Behalf.Hosting;

internal static partial class Log
{
    [LoggerMessage(9001, LogLevel.Error, "A {Method} request failed unexpectedly ({RequestId})")]
    public static partial void Unexpected(this ILogger log, Exception e, string method, string requestId);

    [LoggerMessage(9002, LogLevel.Information, "Listening, reached at {PublicUrl}")]
    public static partial void Listening(this ILogger log, Uri publicUrl);
}
