using Behalf.Storage.Postgres;
using Behalf.Storage.Sqlite;

namespace Behalf.Storage;

/// <summary><c>BEHALF_DATABASE</c>: a <c>postgres://</c> URL, or the path of an SQLite file.</summary>
internal static class StorageModule
{
    public static IServiceCollection AddStorage(this IServiceCollection services, string database) =>
        services.AddSingleton<IDatabase>(provider => PostgresUrl.Is(database)
            ? new PostgresDatabase(database)
            : new SqliteDatabase(database, provider.GetRequiredService<TimeProvider>()));
}
