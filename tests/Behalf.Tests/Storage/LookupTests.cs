using Behalf.Storage;
using Behalf.Tests.Support;
using Npgsql;

namespace Behalf.Tests.Storage;

/// <summary>Look-ups that are asked at the same time share a message, and nothing else.</summary>
public sealed class LookupTests
{
    // Without a condition: what comes back is what row-level security lets through.
    private const string Visible = "select count(*) as rows, max(name) as name from project";

    [Fact]
    public async Task Each_sees_the_rows_of_its_own_scope_whatever_travels_with_it()
    {
        await using var server = await TestServer.StartAsync("postgres");
        var projects = new List<Id<IdKinds.Project>>();
        foreach (var name in new[] { "A", "B", "C" })
        {
            var project = Id<IdKinds.Project>.New();
            projects.Add(project);
            await server.Database.WriteAsync(
                RowScope.Of(project),
                async session => await session.ExecuteAsync(
                    "insert into project (project_id, name, settings, created_at, updated_at) values (@project, @name, '{}', 0, 0)", new { project, name }),
                CancellationToken.None);
        }

        var asked = await Task.WhenAll(Enumerable.Range(0, 400).Select(async i =>
        {
            var scope = i % 4 == 3 ? RowScope.System : RowScope.Of(projects[i % 4]);
            return (Which: i % 4, Seen: await server.Database.FindAsync<Seen>(scope, Visible, null, CancellationToken.None));
        }));
        Assert.All(asked, one => Assert.Equal(one.Which == 3 ? new Seen { Rows = 3, Name = "C" } : new Seen { Rows = 1, Name = "ABC"[one.Which].ToString() }, one.Seen));
    }

    [Fact]
    public async Task One_that_fails_takes_none_of_the_others_along()
    {
        var server = await TestServer.SharedAsync("postgres");
        var asked = Enumerable.Range(0, 200).Select(i => (Bad: i % 7 == 0, Task: server.Database.FindAsync<Seen>(
            RowScope.System, i % 7 == 0 ? "select 1 / @zero as rows, 'x' as name" : "select @zero + 1 as rows, 'x' as name", new { zero = 0 }, CancellationToken.None))).ToList();
        foreach (var (bad, task) in asked)
        {
            if (bad)
            {
                Assert.Equal("22012", (await Assert.ThrowsAsync<PostgresException>(() => task)).SqlState);
            }
            else
            {
                Assert.Equal(1, (await task)!.Rows);
            }
        }
    }

    private sealed record Seen
    {
        public required long Rows { get; init; }

        public required string? Name { get; init; }
    }
}
