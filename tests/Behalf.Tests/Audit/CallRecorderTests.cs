using Behalf.Audit;
using Behalf.Audit.Calls;
using Behalf.Storage;
using Behalf.Tests.Support;

namespace Behalf.Tests.Audit;

/// <summary>A call's event, from its acceptance to the database.</summary>
public sealed class CallRecorderTests
{
    private const string TableLock = CallRecorderFailureTests.TableLock;
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, OnBothEngines]
    public async Task The_event_is_in_the_database_when_the_answer_may_leave(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        using var recorder = await trail.StartRecorderAsync();
        await using var call = recorder.Reserve(trail.Sample());
        var id = await call.CompleteAsync(trail.Sample() with { Tool = "SLACK_SEND_MESSAGE" }, None);

        await using var elsewhere = Reopen(trail, engine);
        var row = await elsewhere.FindAsync<EventRow>(
            RowScope.System, $"select {EventRow.Columns}, seq from audit_event where event_id = @id", new { id }, None);
        Assert.Equal("SLACK_SEND_MESSAGE", row!.Tool);
        Assert.Equal(id, row.EventId);
        Assert.Equal(Id<IdKinds.Event>.NewAt(row.At).Value >> 80, id.Value >> 80);
        await recorder.StopAsync(None);
    }

    [Theory, OnBothEngines]
    public async Task No_answer_leaves_while_its_event_is_not_durable(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        using var recorder = await trail.StartRecorderAsync();
        var blocker = await Blocker.HoldAsync(trail.Address, TableLock);
        var answer = recorder.Reserve(trail.Sample()).CompleteAsync(trail.Sample(), None);
        Assert.NotSame(answer, await Task.WhenAny(answer, Task.Delay(200)));
        await blocker.DisposeAsync();
        await answer;
        await recorder.StopAsync(None);
    }

    [Theory, OnBothEngines]
    public async Task Calls_that_wait_together_share_a_commit(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        using var recorder = await trail.StartRecorderAsync();
        var blocker = await Blocker.HoldAsync(trail.Address, TableLock);
        var calls = Enumerable.Range(0, 500).Select(_ => recorder.Reserve(trail.Sample()).CompleteAsync(trail.Sample(), None)).ToList();
        await blocker.DisposeAsync();
        Assert.Equal(500, (await Task.WhenAll(calls)).Distinct().Count());

        // Each commit leaves its mark: the transaction's number, or the one time that a batch is given.
        var commits = await trail.Database.FindAsync<int>(
            RowScope.System,
            $"select count(distinct {(engine == "postgres" ? "xmin::text" : "at")}) from audit_event",
            null,
            None);
        Assert.InRange(commits, 1, 2);
        await recorder.StopAsync(None);
    }

    [Theory, OnBothEngines]
    public async Task A_call_without_an_outcome_is_recorded_as_failed(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        using var recorder = await trail.StartRecorderAsync();
        await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await using var call = recorder.Reserve(trail.Sample());
            throw new InvalidDataException("the handler broke");
        });
        Assert.Equal("failed", await trail.Database.FindAsync<string>(RowScope.System, "select outcome from audit_event", null, None));
        await recorder.StopAsync(None);
    }

    [Theory, OnBothEngines]
    public async Task A_caller_that_hangs_up_takes_no_event_along(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        using var recorder = await trail.StartRecorderAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => recorder.Reserve(trail.Sample()).CompleteAsync(trail.Sample(), new CancellationToken(true)));
        await recorder.StopAsync(None);
        Assert.Equal(1, await trail.CountAsync());
    }

    [Theory, OnBothEngines]
    public async Task A_batch_that_is_written_again_is_there_once(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        EventRow[] rows = [EventRow.From(trail.Sample(), at: 1), EventRow.From(trail.Sample(), at: 2)];
        foreach (var batch in new[] { rows[..1], rows })
        {
            await trail.Database.WriteAsync(RowScope.System, session => session.InsertAsync(batch), None);
        }

        Assert.Equal(2, await trail.CountAsync());
    }

    private static IDatabase Reopen(TrailFixture trail, string engine) => engine == "postgres"
        ? trail.NewNode()
        : new Behalf.Storage.Sqlite.SqliteDatabase(trail.Address, TimeProvider.System);
}
