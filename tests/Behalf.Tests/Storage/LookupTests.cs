using Behalf.Storage;
using Behalf.Tests.Support;
using Npgsql;

namespace Behalf.Tests.Storage;

/// <summary>Look-ups that are asked at the same time share a message, and nothing else.</summary>
public sealed class LookupTests
{
    // Without a condition: what comes back is what row-level security lets through.
    private const string Visible = "select count(*) as rows, max(name) as name from project";

    private const string EchoUnlessFour =
        """
        select * from (select @number + 0 as number, @text || '' as text, @bytes || ''::bytea as bytes, @small as small, @yes as yes, @big as big
          union all select 9, 'the second row', null, 9::smallint, false, 9) rows where @number <> 4 order by number
        """;

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

    [Fact]
    public async Task Each_gets_its_own_row_or_none_whoever_asks_for_others_at_the_same_time()
    {
        var server = await TestServer.SharedAsync("postgres");
        var asked = await Task.WhenAll(Enumerable.Range(0, 600).Select(async i =>
        {
            var wanted = new { number = i % 5, text = i % 3 == 0 ? null : $"text {i % 7}", bytes = i % 4 == 0 ? null : new byte[] { (byte)(i % 6) }, small = (short)(i % 2), yes = i % 8 == 0, big = i % 9 == 0 ? (long?)null : i };
            return (Wanted: wanted, Got: await server.Database.FindAsync<Echo>(RowScope.System, EchoUnlessFour, wanted, CancellationToken.None));
        }));
        Assert.Contains(asked, one => one.Got is null);
        Assert.All(asked, one =>
        {
            var (wanted, got) = one;
            if (wanted.number == 4)
            {
                Assert.Null(got);
                return;
            }

            Assert.Equal((wanted.number, wanted.text, wanted.small, wanted.yes, wanted.big), (got!.Number, got.Text, got.Small, got.Yes, got.Big));
            Assert.Equal(wanted.bytes, got.Bytes);
        });
    }

    [Fact]
    public async Task Those_that_ask_the_same_at_the_same_time_are_asked_once()
    {
        await using var server = await TestServer.StartAsync("postgres");
        await server.Database.WriteAsync(RowScope.System, async session => await session.ExecuteAsync("create sequence asked", null), CancellationToken.None);
        var seen = await Task.WhenAll(Enumerable.Range(0, 400).Select(i =>
            server.Database.FindAsync<Seen>(RowScope.System, "select nextval('asked') as rows, @name || '' as name", new { name = $"{i % 2}" }, CancellationToken.None)));
        Assert.All(seen.Select((one, i) => (one, i)), pair => Assert.Equal($"{pair.i % 2}", pair.one!.Name));
        Assert.InRange(seen.Max(one => one!.Rows), 2, 100);
        Assert.Equal(seen.Length, seen.Distinct(ReferenceEqualityComparer.Instance).Count());
    }

    private sealed record Echo
    {
        public required int Number { get; init; }

        public required string? Text { get; init; }

        public required byte[]? Bytes { get; init; }

        public required short Small { get; init; }

        public required bool Yes { get; init; }

        public required long? Big { get; init; }
    }

    private sealed record Seen
    {
        public required long Rows { get; init; }

        public required string? Name { get; init; }
    }
}
