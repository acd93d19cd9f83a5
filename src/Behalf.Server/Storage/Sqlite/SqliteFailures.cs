using Microsoft.Data.Sqlite;

namespace Behalf.Storage.Sqlite;

internal static class SqliteFailures
{
    private const int Busy = 5;
    private const int Locked = 6;
    private const int IoError = 10;
    private const int Full = 13;
    private const int CannotOpen = 14;

    /// <summary>What passes is "come back later"; a constraint or a wrong statement stays what it is.</summary>
    public static Exception Translate(SqliteException e) => e.SqliteErrorCode is Busy or Locked or IoError or Full or CannotOpen
        ? new Problem(Refusal.StorageUnavailable) { RetryAfterSeconds = 1 }
        : e;
}
