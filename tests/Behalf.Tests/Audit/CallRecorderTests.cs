using Behalf.Audit;
using Behalf.Audit.Calls;
using Behalf.Storage;
using Behalf.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Behalf.Tests.Audit;

public sealed class CallRecorderTests
{
    private const string TableLock = "lock table audit_event in exclusive mode";
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, OnBothEngines]
    public async Task The_event_is_in_the_database_when_the_answer_may_leave(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        using var recorder = await StartAsync(trail);
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
        using var recorder = await StartAsync(trail);
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
        using var recorder = await StartAsync(trail);
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
    public async Task A_full_queue_refuses_the_call_before_it_is_made(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        using var recorder = await StartAsync(trail, capacity: 2);
        var first = recorder.Reserve(trail.Sample());
        _ = recorder.Reserve(trail.Sample());
        AssertOverloaded(recorder, trail);

        await first.CompleteAsync(trail.Sample(), None);
        await UntilAcceptedAsync(recorder, trail);
        await recorder.StopAsync(None);
    }

    [Theory, OnBothEngines]
    public async Task A_stuck_database_is_an_error_within_six_seconds_and_loses_no_event(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        using var recorder = await StartAsync(trail);
        var blocker = await Blocker.HoldAsync(trail.Address, TableLock);
        var started = TimeProvider.System.GetTimestamp();
        var problem = await Assert.ThrowsAsync<Problem>(
            () => recorder.Reserve(trail.Sample()).CompleteAsync(trail.Sample(), None));
        var waited = TimeProvider.System.GetElapsedTime(started);
        Assert.Equal(Refusal.StorageUnavailable, problem.Refusal);
        Assert.NotNull(problem.RetryAfterSeconds);
        Assert.InRange(waited.TotalSeconds, 4.9, 6);
        AssertOverloaded(recorder, trail);

        // The call was made: its event is written all the same, and calls are taken again.
        await blocker.DisposeAsync();
        await UntilAcceptedAsync(recorder, trail);
        Assert.Equal(1, await CountAsync(trail));
        await recorder.StopAsync(None);
    }

    [Fact]
    public async Task A_database_that_is_away_for_a_moment_is_not_noticed()
    {
        await using var trail = await TrailFixture.CreateAsync("postgres");
        using var recorder = await StartAsync(trail);
        var blocker = await Blocker.HoldAsync(trail.Address, TableLock);
        var answer = recorder.Reserve(trail.Sample()).CompleteAsync(trail.Sample(), None);
        await trail.TamperAsync(
            """
            do $$ begin
              while not exists (select 1 from pg_locks where not granted and relation = 'audit_event'::regclass) loop
                perform pg_sleep(0.01);
              end loop;
              perform pg_terminate_backend(pid) from pg_locks where not granted and relation = 'audit_event'::regclass;
            end $$
            """);
        await blocker.DisposeAsync();
        await answer;
        Assert.Equal(1, await CountAsync(trail));
        await recorder.StopAsync(None);
    }

    [Theory, OnBothEngines]
    public async Task A_call_without_an_outcome_is_recorded_as_failed(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        using var recorder = await StartAsync(trail);
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
        using var recorder = await StartAsync(trail);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => recorder.Reserve(trail.Sample()).CompleteAsync(trail.Sample(), new CancellationToken(true)));
        await recorder.StopAsync(None);
        Assert.Equal(1, await CountAsync(trail));
    }

    [Theory, OnBothEngines]
    public async Task One_event_that_the_database_refuses_takes_no_other_along(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        using var recorder = await StartAsync(trail);
        var blocker = await Blocker.HoldAsync(trail.Address, TableLock);
        var deleted = Id<IdKinds.Project>.New();
        AuditEvent[] events =
        [
            trail.Sample(),
            trail.Sample(deleted),
            trail.Sample() with { Agent = "\0 and half a pair: \ud83d", Detail = "{\"cut\":\"\udc00\"}" },
            trail.Sample() with { Action = null! },
            trail.Sample(),
        ];
        var calls = events.Select(happened => recorder.Reserve(trail.Sample()).CompleteAsync(happened, None)).ToList();
        await blocker.DisposeAsync();

        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => calls[3]);
        foreach (var call in calls.Where(call => call != calls[3]))
        {
            await call;
        }

        Assert.Equal(4, await CountAsync(trail));
        Assert.Equal(4, await trail.Events.SealBatchAsync(None));
        Assert.True((await trail.VerifyAsync()).Valid);
        Assert.True((await trail.VerifyAsync(project: deleted)).Valid);
        await recorder.StopAsync(None);
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

        Assert.Equal(2, await CountAsync(trail));
    }

    [Theory, OnBothEngines]
    public async Task A_stopped_recorder_has_written_all_and_takes_no_more(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        using var recorder = await StartAsync(trail);
        var calls = Enumerable.Range(0, 50).Select(_ => recorder.Reserve(trail.Sample()).CompleteAsync(trail.Sample(), None)).ToList();
        var late = recorder.Reserve(trail.Sample());
        await recorder.StopAsync(None);
        await Task.WhenAll(calls);
        Assert.Equal(50, await CountAsync(trail));
        AssertOverloaded(recorder, trail);
        Assert.Equal(
            Refusal.StorageUnavailable, (await Assert.ThrowsAsync<Problem>(() => late.CompleteAsync(trail.Sample(), None))).Refusal);
    }

    private static async Task<CallRecorder> StartAsync(TrailFixture trail, int capacity = 8192)
    {
        var recorder = new CallRecorder(trail.Database, TimeProvider.System, NullLogger<CallRecorder>.Instance) { Capacity = capacity };
        await recorder.StartAsync(None);
        return recorder;
    }

    private static IDatabase Reopen(TrailFixture trail, string engine) => engine == "postgres"
        ? trail.NewNode()
        : new Behalf.Storage.Sqlite.SqliteDatabase(trail.Address, TimeProvider.System);

    private static void AssertOverloaded(CallRecorder recorder, TrailFixture trail)
    {
        var problem = Assert.Throws<Problem>(() => recorder.Reserve(trail.Sample()));
        Assert.Equal(Refusal.Overloaded, problem.Refusal);
        Assert.NotNull(problem.RetryAfterSeconds);
    }

    /// <summary>A place is free a moment after the answer of the call that had it.</summary>
    private static async Task UntilAcceptedAsync(CallRecorder recorder, TrailFixture trail)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                _ = recorder.Reserve(trail.Sample());
                return;
            }
            catch (Problem) when (attempt < 600)
            {
                await Task.Delay(100);
            }
        }
    }

    private static Task<int> CountAsync(TrailFixture trail) =>
        trail.Database.FindAsync<int>(RowScope.System, "select count(*) from audit_event", null, None);
}
