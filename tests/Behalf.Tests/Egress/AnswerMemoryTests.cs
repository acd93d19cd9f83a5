using Behalf.Egress;
using Behalf.Tests.Support;

namespace Behalf.Tests.Egress;

/// <summary>A22: large answers share an amount of memory that does not grow with their number.</summary>
public sealed class AnswerMemoryTests
{
    private const long Most = 1000;

    private static readonly Id<IdKinds.Project> Loud = Id<IdKinds.Project>.New();
    private static readonly Id<IdKinds.Project> Quiet = Id<IdKinds.Project>.New();

    private readonly ManualTime _clock = new();
    private readonly AnswerMemory _memory;

    public AnswerMemoryTests() => _memory = new AnswerMemory(Most, _clock);

    [Fact]
    public async Task However_many_grow_at_once_all_end_and_no_more_is_taken_than_there_is()
    {
        var highest = 0L;
        var projects = Enumerable.Range(0, 5).Select(_ => Id<IdKinds.Project>.New()).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(async () =>
        {
            using var share = new AnswerShare(_memory, projects[i % projects.Length]);
            for (var grown = 0; grown < 500; grown += 125)
            {
                await _memory.GrowAsync(share, 125, default);
                InterlockedMax(ref highest, _memory.Taken);
                await Task.Yield();
            }
        })));
        Assert.InRange(highest, 500, Most);
        Assert.Equal((0, 0), (_memory.Taken, _memory.Waiting));
    }

    [Fact]
    public async Task Who_waits_too_long_is_told_so_and_leaves_nothing_behind()
    {
        using var first = await TakeAsync(Loud, 250);
        using var ending = await TakeAsync(Loud, 500);
        var late = TakeAsync(Loud, 100);
        Assert.False(late.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(EgressFailure.NoRoom, (await Assert.ThrowsAsync<EgressException>(() => late)).Failure);
        Assert.Equal((750, 0), (_memory.Taken, _memory.Waiting));
    }

    [Fact]
    public async Task Who_hangs_up_while_waiting_leaves_nothing_behind()
    {
        using var first = await TakeAsync(Loud, 250);
        using var ending = await TakeAsync(Loud, 500);
        using var caller = new CancellationTokenSource();
        var late = TakeAsync(Loud, 100, caller.Token);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => late);
        Assert.Equal((750, 0), (_memory.Taken, _memory.Waiting));
    }

    [Fact]
    public async Task A_project_that_takes_all_it_may_leaves_room_for_another()
    {
        using var shared = await TakeAsync(Loud, 250);
        using var ending = await TakeAsync(Loud, 500);
        var waiting = TakeAsync(Loud, 100);
        using var quiet = await TakeAsync(Quiet, 250);
        Assert.False(waiting.IsCompleted);
        shared.Dispose();
        (await waiting).Dispose();
    }

    [Fact]
    public async Task Room_goes_first_to_the_project_that_has_the_least()
    {
        using var some = await TakeAsync(Loud, 150);
        using var more = await TakeAsync(Loud, 100);
        using var quiet = await TakeAsync(Quiet, 200);
        using var ending = await TakeAsync(Loud, 500);
        var loud = TakeAsync(Loud, 100);
        var other = TakeAsync(Quiet, 100);
        Assert.Equal(2, _memory.Waiting);
        ending.Dispose();
        (await other.WaitAsync(TimeSpan.FromSeconds(30))).Dispose();
        (await loud).Dispose();
        Assert.Equal(450, _memory.Taken);
    }

    [Fact]
    public async Task One_answer_takes_half_and_no_more()
    {
        using var share = await TakeAsync(Loud, 500);
        var failure = await Assert.ThrowsAsync<EgressException>(() => _memory.GrowAsync(share, 1, default).AsTask());
        Assert.Equal(EgressFailure.TooLarge, failure.Failure);
    }

    private static void InterlockedMax(ref long highest, long seen)
    {
        for (var known = Volatile.Read(ref highest); seen > known; known = Volatile.Read(ref highest))
        {
            Interlocked.CompareExchange(ref highest, seen, known);
        }
    }

    private async Task<AnswerShare> TakeAsync(Id<IdKinds.Project> project, long bytes, CancellationToken ct = default)
    {
        var share = new AnswerShare(_memory, project);
        await _memory.GrowAsync(share, bytes, ct);
        return share;
    }
}
