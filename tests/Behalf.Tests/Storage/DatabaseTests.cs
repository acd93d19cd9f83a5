using Behalf.Storage;
using Behalf.Storage.Postgres;
using Behalf.Tests.Support;

namespace Behalf.Tests.Storage;

public sealed class DatabaseTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, OnBothEngines]
    public async Task What_a_write_did_is_there_after_it(string engine)
    {
        await using var test = await TestDatabase.CreateAsync(engine);
        var project = await InsertProjectAsync(test.Database, "one");
        var name = await test.Database.FindAsync<string>(
            RowScope.Of(project), "select name from project where project_id = @project", new { project }, None);
        Assert.Equal("one", name);
    }

    [Theory, OnBothEngines]
    public async Task A_write_that_throws_leaves_nothing_and_harms_no_other(string engine)
    {
        await using var test = await TestDatabase.CreateAsync(engine);
        var writes = Enumerable.Range(0, 60).Select(async i =>
        {
            var id = Id<IdKinds.Project>.New();
            try
            {
                await test.Database.WriteAsync(
                    RowScope.Of(id),
                    async session =>
                    {
                        await session.ExecuteAsync(InsertProject, new { id, name = $"p{i}" });
                        if (i % 3 == 0)
                        {
                            throw new InvalidDataException("no");
                        }
                    },
                    None);
                return true;
            }
            catch (InvalidDataException)
            {
                return false;
            }
        });
        var outcomes = await Task.WhenAll(writes);
        Assert.Equal(40, outcomes.Count(done => done));
        Assert.Equal(40, await test.Database.FindAsync<long>(RowScope.System, "select count(*) from project", null, None));
    }

    [Theory, OnBothEngines]
    public async Task A_broken_constraint_is_the_writers_own_error(string engine)
    {
        await using var test = await TestDatabase.CreateAsync(engine);
        var project = await InsertProjectAsync(test.Database, "one");
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => test.Database.WriteAsync(
            RowScope.Of(project), s => s.ExecuteAsync(InsertProject, new { id = project, name = "again" }), None));
    }

    [Theory, OnBothEngines]
    public async Task Migrating_again_changes_nothing_and_two_nodes_may_try_at_once(string engine)
    {
        await using var test = await TestDatabase.CreateAsync(engine);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => test.Database.MigrateAsync(None)));
        var versions = await test.Database.QueryAsync<int>(RowScope.System, "select version from schema_version", null, None);
        Assert.Equal(Migrations.All.Select(m => m.Version), versions.Order());
    }

    [Theory, OnBothEngines]
    public async Task A_database_with_another_history_is_refused(string engine)
    {
        await using var test = await TestDatabase.CreateAsync(engine);
        await test.Database.WriteAsync(
            RowScope.System, s => s.ExecuteAsync("update schema_version set checksum = 'x' where version = 1", null), None);
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => test.Database.MigrateAsync(None));
        Assert.Contains("Migration 1", refusal.Message, StringComparison.Ordinal);
    }

    [Theory, OnBothEngines]
    public async Task A_database_of_a_newer_build_is_served_until_something_is_taken_from_it_that_this_build_uses(string engine)
    {
        await using var test = await TestDatabase.CreateAsync(engine);
        var last = Migrations.All[^1].Version;
        await AppliedAsync(last + 1, $"{last + 1:0000}_more");
        await AppliedAsync(last + 2, $"{last + 2:0000}_contract_from_{last:0000}_less");
        await test.Database.MigrateAsync(None);
        await AppliedAsync(last + 3, $"{last + 3:0000}_contract_from_{last + 1:0000}_still_less");
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => test.Database.MigrateAsync(None));
        Assert.Contains($"Use a build that has migration {last + 1}", refusal.Message, StringComparison.Ordinal);

        Task AppliedAsync(int version, string name) => test.Database.WriteAsync(
            RowScope.System,
            s => s.ExecuteAsync("insert into schema_version (version, name, checksum) values (@version, @name, '')", new { version, name }),
            None);
    }

    [Fact]
    public async Task Row_level_security_binds_every_table_with_a_project()
    {
        await using var test = await TestDatabase.CreateAsync("postgres");
        var unbound = await test.Database.QueryAsync<string>(
            RowScope.System,
            """
            select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'project_id'
            where c.relkind = 'r' and c.relname <> 'locator' and not (c.relrowsecurity and c.relforcerowsecurity)
            """,
            null,
            None);
        Assert.Empty(unbound);
    }

    [Fact]
    public async Task A_sweep_across_projects_without_the_systems_word_sees_no_row()
    {
        await using var test = await TestDatabase.CreateAsync("postgres");
        await InsertProjectAsync(test.Database, "one");
        var other = await InsertProjectAsync(test.Database, "two");
        await using var plain = new Npgsql.NpgsqlConnection(PostgresUrl.Parse(test.Address));
        await plain.OpenAsync();
        await using var sweep = new Npgsql.NpgsqlCommand("select count(*) from project", plain);
        Assert.Equal(0L, await sweep.ExecuteScalarAsync());

        // The control: the rows are there, and a project's own work sees its own alone.
        Assert.Equal(2, await test.Database.FindAsync<long>(RowScope.System, "select count(*) from project", null, None));
        Assert.Equal(["two"], await test.Database.QueryAsync<string>(RowScope.Of(other), "select name from project", null, None));
    }

    [Fact]
    public async Task A_project_cannot_write_a_row_of_another()
    {
        await using var test = await TestDatabase.CreateAsync("postgres");
        var one = await InsertProjectAsync(test.Database, "one");
        var two = await InsertProjectAsync(test.Database, "two");
        var changed = await test.Database.WriteAsync(
            RowScope.Of(one), s => s.ExecuteAsync("update project set name = 'mine' where project_id = @two", new { two }), None);
        Assert.Equal(0, changed);
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => test.Database.WriteAsync(
            RowScope.Of(one), s => s.ExecuteAsync(InsertProject, new { id = Id<IdKinds.Project>.New(), name = "x" }), None));
    }

    [Fact]
    public async Task A_superuser_is_refused()
    {
        var cluster = await PostgresCluster.GetAsync();
        await using var database = new PostgresDatabase(cluster.Url("postgres", "postgres"));
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => database.MigrateAsync(None));
        Assert.Contains("superuser", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_away_is_come_back_later()
    {
        await using var database = new PostgresDatabase("postgres://nobody@127.0.0.1:1/none");
        var problem = await Assert.ThrowsAsync<Problem>(() => database.ProbeAsync(None));
        Assert.Equal(503, problem.Refusal.Status);
        Assert.NotNull(problem.RetryAfterSeconds);
    }

    private const string InsertProject =
        "insert into project (project_id, name, settings, created_at, updated_at) values (@id, @name, '{}', behalf_now(), behalf_now())";

    private static async Task<Id<IdKinds.Project>> InsertProjectAsync(IDatabase database, string name)
    {
        var id = Id<IdKinds.Project>.New();
        await database.WriteAsync(RowScope.Of(id), s => s.ExecuteAsync(InsertProject, new { id, name }), None);
        return id;
    }
}
