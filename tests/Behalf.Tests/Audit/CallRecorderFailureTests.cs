using Behalf.Audit;
using Behalf.Audit.Calls;
using Behalf.Tests.Support;

namespace Behalf.Tests.Audit;

/// <summary>What becomes of calls when the queue is full, the database stuck or away, or the server about to stop.</summary>
public sealed class CallRecorderFailureTests
{
    internal const string TableLock = "lock table audit_event in exclusive mode";
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, OnBothEngines]
    public async Task A_full_queue_refuses_the_call_before_it_is_made(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        using var recorder = await trail.StartRecorderAsync(capacity: 2);
        var first = recorder.Reserve(trail.Sample());
        _ = recorder.Reserve(trail.Sample());
        AssertOverloaded(recorder, trail);

        await first.CompleteAsync(trail.Sample(), None);
        await UntilAsync(recorder, trail, accepts: true);
        await recorder.StopAsync(None);
    }

    [Theory, OnBothEngines]
    public async Task A_stuck_database_is_an_error_after_five_seconds_and_loses_no_event(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        var clock = new ManualTime();
        using var recorder = await trail.StartRecorderAsync(clock: clock);
        var blocker = await Blocker.HoldAsync(trail.Address, TableLock);
        var answer = recorder.Reserve(trail.Sample()).CompleteAsync(trail.Sample(), None);
        clock.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(answer.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.2));
        var problem = await Assert.ThrowsAsync<Problem>(() => answer);
        Assert.Equal(Refusal.StorageUnavailable, problem.Refusal);
        Assert.NotNull(problem.RetryAfterSeconds);

        // Nothing is begun that could not be recorded either.
        await UntilAsync(recorder, trail, accepts: false, clock);
        AssertOverloaded(recorder, trail);

        // The call was made: its event is written all the same, and calls are taken again.
        await blocker.DisposeAsync();
        await UntilAsync(recorder, trail, accepts: true, clock);
        Assert.Equal(1, await trail.CountAsync());
        await recorder.StopAsync(None);
    }

    [Fact]
    public async Task A_database_that_is_away_for_a_moment_is_not_noticed()
    {
        await using var trail = await TrailFixture.CreateAsync("postgres");
        var clock = new ManualTime();
        using var recorder = await trail.StartRecorderAsync(clock: clock);
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

        // Well within the five seconds that the answer waits.
        for (var i = 0; i < 20 && !answer.IsCompleted; i++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(200));
            await Task.Delay(100);
        }

        await answer;
        Assert.Equal(1, await trail.CountAsync());
        await recorder.StopAsync(None);
    }

    [Theory, OnBothEngines]
    public async Task One_event_that_the_database_refuses_takes_no_other_along(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        using var recorder = await trail.StartRecorderAsync();
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

        Assert.Equal(4, await trail.CountAsync());
        Assert.Equal(4, await trail.Events.SealBatchAsync(None));
        Assert.True((await trail.VerifyAsync()).Valid);
        Assert.True((await trail.VerifyAsync(project: deleted)).Valid);
        await recorder.StopAsync(None);
    }

    [Theory, OnBothEngines]
    public async Task A_stopped_recorder_has_written_all_and_takes_no_more(string engine)
    {
        await using var trail = await TrailFixture.CreateAsync(engine);
        using var recorder = await trail.StartRecorderAsync();
        var calls = Enumerable.Range(0, 50).Select(_ => recorder.Reserve(trail.Sample()).CompleteAsync(trail.Sample(), None)).ToList();
        var late = recorder.Reserve(trail.Sample());
        await recorder.StopAsync(None);
        await Task.WhenAll(calls);
        Assert.Equal(50, await trail.CountAsync());
        AssertOverloaded(recorder, trail);
        Assert.Equal(
            Refusal.StorageUnavailable, (await Assert.ThrowsAsync<Problem>(() => late.CompleteAsync(trail.Sample(), None))).Refusal);
    }

    private static void AssertOverloaded(CallRecorder recorder, TrailFixture trail)
    {
        var problem = Assert.Throws<Problem>(() => recorder.Reserve(trail.Sample()));
        Assert.Equal(Refusal.Overloaded, problem.Refusal);
        Assert.NotNull(problem.RetryAfterSeconds);
    }

    /// <summary>The recorder's writer goes at its own pace; the clock goes with it.</summary>
    private static async Task UntilAsync(CallRecorder recorder, TrailFixture trail, bool accepts, ManualTime? clock = null)
    {
        for (var attempt = 0; attempt < 600 && Accepts() != accepts; attempt++)
        {
            clock?.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(100);
        }

        bool Accepts()
        {
            try
            {
                _ = recorder.Reserve(trail.Sample());
                return true;
            }
            catch (Problem)
            {
                return false;
            }
        }
    }
}
