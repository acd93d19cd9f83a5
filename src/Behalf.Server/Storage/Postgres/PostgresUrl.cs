using Npgsql;

namespace Behalf.Storage.Postgres;

/// <summary><c>postgres://user:password@host:port/database?sslmode=verify-full</c>, as other tools write it.</summary>
internal static class PostgresUrl
{
    public static bool Is(string text) =>
        text.StartsWith("postgres://", StringComparison.Ordinal) || text.StartsWith("postgresql://", StringComparison.Ordinal);

    public static string Parse(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.AbsolutePath.Length < 2)
        {
            throw new FormatException("BEHALF_DATABASE is not a postgres://user:password@host:port/database URL.");
        }

        var user = uri.UserInfo.Split(':', 2);
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host,
            Port = uri.Port < 0 ? 5432 : uri.Port,
            Database = Uri.UnescapeDataString(uri.AbsolutePath[1..]),
            Username = Uri.UnescapeDataString(user[0]),
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
            ApplicationName = "behalf",
            MaxAutoPrepare = 200,
            AutoPrepareMinUsages = 2,
            MaxPoolSize = 50,
            Timeout = 5,
            CommandTimeout = 10,
            NoResetOnClose = true, // nothing is set for longer than a transaction
            IncludeErrorDetail = false, // details quote rows, and rows hold users' data
        };
        foreach (var pair in System.Web.HttpUtility.ParseQueryString(uri.Query).AllKeys.OfType<string>())
        {
            builder[pair is "sslmode" ? "SSL Mode" : pair] = System.Web.HttpUtility.ParseQueryString(uri.Query)[pair];
        }

        return builder.ConnectionString;
    }
}
