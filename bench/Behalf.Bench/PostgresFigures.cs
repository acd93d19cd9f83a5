using System.Globalization;
using Npgsql;

namespace Behalf.Bench;

/// <summary>What PostgreSQL says of its own work.</summary>
internal static class PostgresFigures
{
    /// <summary>Each of its processes has one thread, whose time the kernel keeps to the nanosecond; the ticks that other
    /// figures are made of are too coarse for so many that each do little.</summary>
    public static double CpuMs() => Directory.EnumerateDirectories("/proc").Where(folder => char.IsDigit(Path.GetFileName(folder)[0])).Sum(folder =>
    {
        try
        {
            return File.ReadAllText(folder + "/comm").Trim() == "postgres"
                ? double.Parse(File.ReadAllText(folder + "/schedstat").Split(' ')[0], CultureInfo.InvariantCulture) / 1e6
                : 0;
        }
        catch (IOException)
        {
            // It has ended.
            return 0;
        }
    });

    /// <summary>As the server's own housekeeping does within a minute of so many new rows; plans made before it are bad.</summary>
    public static Task AnalyzeAsync(string database) => ExecuteAsync(database, "analyze");

    public static async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = await SuperuserAsync(database);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Statement groups, each of which is a transaction, and syncs of the log, since it started.</summary>
    public static async Task<(long RoundTrips, long Syncs)> CountAsync(string database)
    {
        await using var connection = await SuperuserAsync(database);
        await using var command = new NpgsqlCommand(
            "select (select xact_commit from pg_stat_database where datname = current_database()), (select wal_sync from pg_stat_wal)", connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    private static async Task<NpgsqlConnection> SuperuserAsync(string database)
    {
        var url = new Uri(database);
        var connection = new NpgsqlConnection($"Host={url.Host};Port={url.Port};Username=postgres;Database={url.AbsolutePath[1..]}");
        await connection.OpenAsync();
        return connection;
    }
}
