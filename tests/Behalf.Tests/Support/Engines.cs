using System.Reflection;
using Behalf.Storage;
using Behalf.Storage.Postgres;
using Behalf.Storage.Sqlite;
using Xunit.Sdk;
using Xunit.v3;

namespace Behalf.Tests.Support;

/// <summary>Runs a theory once on each database.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnBothEnginesAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([new TheoryDataRow("sqlite"), new TheoryDataRow("postgres")]);

    public override bool SupportsDiscoveryEnumeration() => true;
}

/// <summary>A database of a test's own.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private static readonly Lazy<Task<TestDatabase>> SharedPostgres = new(() => CreateAsync("postgres"));

    private readonly string? _folder;

    private TestDatabase(IDatabase database, string address, string? folder) =>
        (Database, Address, _folder) = (database, address, folder);

    public IDatabase Database { get; }

    /// <summary>What BEHALF_DATABASE would say.</summary>
    public string Address { get; }

    /// <summary>For tests that bring a project of their own and leave the schema alone: making a database is most of what
    /// a short test on PostgreSQL takes. Nobody disposes of it.</summary>
    public static Task<TestDatabase> SharedPostgresAsync() => SharedPostgres.Value;

    public static async Task<TestDatabase> CreateAsync(string engine, TimeProvider? clock = null)
    {
        if (engine == "postgres")
        {
            var url = await (await PostgresCluster.GetAsync()).CreateDatabaseAsync();
            return new TestDatabase(new PostgresDatabase(url), url, null);
        }

        var folder = Directory.CreateTempSubdirectory("behalf-db-").FullName;
        var file = Path.Combine(folder, "behalf.db");
        var database = new SqliteDatabase(file, clock ?? TimeProvider.System);
        await database.MigrateAsync(CancellationToken.None);
        return new TestDatabase(database, file, folder);
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        if (_folder is not null)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }
}
