using System.Net.Sockets;
using Npgsql;

namespace Behalf.Storage.Postgres;

internal static class PostgresFailures
{
    /// <summary>The transaction lost a race and had no effect: the same work may win the next one.</summary>
    public static bool IsWorthAnotherTry(PostgresException e) =>
        e.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected;

    /// <summary>The database is away, full or starting; not a wrong statement and not a constraint. A connection that broke
    /// after it was taken from the pool the driver calls disposed.</summary>
    public static bool IsPassing(Exception e) => e switch
    {
        PostgresException p => p.IsTransient,
        NpgsqlException n => n.IsTransient || n.InnerException is SocketException or TimeoutException or IOException,
        ObjectDisposedException => true,
        _ => false,
    };

    public static Problem ComeBackLater() => new(Refusal.StorageUnavailable) { RetryAfterSeconds = 1 };
}
