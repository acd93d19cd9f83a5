using Behalf.Audit;
using Behalf.Storage;
using Behalf.Tests.Support;

namespace Behalf.Tests.Audit;

/// <summary>An effect and its event: both or neither.</summary>
public sealed class AuditTrailTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, OnBothEngines]
    public async Task Two_hundred_writes_at_once_leave_as_many_events_as_effects(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        var writes = Enumerable.Range(0, 200).Select(async i =>
        {
            var id = Id<IdKinds.Project>.New();
            try
            {
                await trail.Database.WriteAsync(
                    RowScope.Of(id),
                    async session =>
                    {
                        await session.AppendAsync(trail.Sample(id) with { RequestId = $"req_{i}" });
                        await session.ExecuteAsync(
                            "insert into project (project_id, name, settings, created_at, updated_at) values (@id, 'x', '{}', 0, 0)",
                            new { id });
                        if (i % 3 == 0)
                        {
                            throw new InvalidDataException("the effect did not come about");
                        }
                    },
                    None);
            }
            catch (InvalidDataException)
            {
                // As was meant.
            }
        });
        await Task.WhenAll(writes);
        var (effects, events, both) = await trail.Database.FindAsync<(int, int, int)>(
            RowScope.System,
            """
            select (select count(*) from project), (select count(*) from audit_event),
                   (select count(*) from project p join audit_event e on e.project_id = p.project_id)
            """,
            null,
            None);
        Assert.Equal((133, 133, 133), (effects, events, both));
    }

    [Theory, OnBothEngines]
    public async Task What_cannot_be_recorded_is_refused_and_does_not_hang(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        await using var blocker = await Blocker.HoldAsync(trail.Address, "lock table audit_event in exclusive mode");
        var problem = await Assert.ThrowsAsync<Problem>(() => trail.AppendAsync().WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(Refusal.StorageUnavailable, problem.Refusal);
        Assert.NotNull(problem.RetryAfterSeconds);
    }
}
