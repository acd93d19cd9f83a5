using Behalf.Projects.Limits;
using Behalf.Tests.Support;

namespace Behalf.Tests.Projects.Limits;

/// <summary>Who is let in, who waits, who is refused, and who comes next. Nothing here takes time but the clock that is moved.</summary>
public sealed class GateTests
{
    private static readonly Id<IdKinds.Project> A = Id<IdKinds.Project>.New();
    private static readonly Id<IdKinds.Project> B = Id<IdKinds.Project>.New();
    private static readonly Id<IdKinds.Project> C = Id<IdKinds.Project>.New();

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ManualTime _time = new();

    [Fact]
    public void A_project_at_ten_times_its_share_leaves_another_its_own()
    {
        var gate = NewGate(places: 20, ofOne: 10, waiting: 5);
        Inside(Ask(gate, A, 10));
        var surplus = Ask(gate, A, 90);
        Assert.Equal((10, 5), gate.Crowd);
        Assert.Equal(85, surplus.Count(one => one.IsFaulted));
        Assert.All(surplus.Where(one => one.IsFaulted), one => Refused(Refusal.TooManyAtOnce, one));

        Inside(Ask(gate, B, 10));
        Assert.Equal((20, 5), gate.Crowd);
    }

    [Fact]
    public async Task A_free_place_goes_to_the_waiting_project_that_has_the_fewest()
    {
        var gate = NewGate(places: 6, ofOne: 5, waiting: 100);
        var ofA = Inside(Ask(gate, A, 5));
        Inside(Ask(gate, B, 1));
        var (moreOfA, moreOfB, ofC) = (Ask(gate, A, 50), Ask(gate, B, 2), Ask(gate, C, 2));

        ofA[0].Dispose();
        await CameAsync((0, 0, 1));
        ofA[1].Dispose();
        await CameAsync((0, 1, 1));
        ofA[2].Dispose();
        await CameAsync((0, 1, 2));
        ofA[3].Dispose();

        // One of A, two of each other: the next is A's own.
        await CameAsync((1, 1, 2));

        // Who is called finds out on another thread; each place that becomes free is given to exactly one.
        Task CameAsync((int, int, int) expected) => Eventually.HoldsAsync(() => (Came(moreOfA), Came(moreOfB), Came(ofC)) == expected);

        static int Came(List<Task<Gate.Place>> asked) => asked.Count(one => one.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Where_no_more_may_wait_the_longest_queue_gives_one_up()
    {
        var gate = NewGate(places: 2, ofOne: 2, waiting: 4);
        Inside(Ask(gate, A, 2));
        var ofA = Ask(gate, A, 4);
        var ofB = Ask(gate, B, 4);

        // The last comers of A went; at two and two nobody gives way to anybody.
        await Eventually.HoldsAsync(() => ofA.Count(one => one.IsFaulted) == 2);
        Assert.Equal([false, false, true, true], ofA.Select(one => one.IsFaulted));
        Assert.Equal([false, false, true, true], ofB.Select(one => one.IsFaulted));
        Refused(Refusal.TooManyAtOnce, ofA[3]);
        Refused(Refusal.Overloaded, ofB[3]);
        Assert.Equal((2, 4), gate.Crowd);
    }

    [Fact]
    public async Task Who_waits_too_long_is_refused_and_takes_no_place()
    {
        var gate = NewGate(places: 2, ofOne: 1, waiting: 4);
        var a = Inside(Ask(gate, A, 1))[0];
        var waiting = Ask(gate, A, 1)[0];
        _time.Advance(Patience);
        await Assert.ThrowsAsync<Problem>(() => waiting);
        Refused(Refusal.TooManyAtOnce, waiting);
        Assert.Equal((1, 0), gate.Crowd);
        a.Dispose();
        Assert.Equal((0, 0), gate.Crowd);
    }

    [Fact]
    public async Task Who_hangs_up_while_waiting_takes_no_place()
    {
        var gate = NewGate(places: 2, ofOne: 1, waiting: 4);
        var a = Inside(Ask(gate, A, 1))[0];
        using var hangUp = new CancellationTokenSource();
        var waiting = gate.EnterAsync(A, null, hangUp.Token).AsTask();
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal((1, 0), gate.Crowd);
        a.Dispose();
        Inside(Ask(gate, A, 1));
    }

    [Fact]
    public void A_project_may_be_granted_more_or_fewer_places_or_all()
    {
        var gate = NewGate(places: 10, ofOne: 5, waiting: 0);
        Assert.Equal(8, Ask(gate, A, 20, most: 8).Count(one => one.IsCompletedSuccessfully));
        Assert.Equal(1, Ask(gate, B, 20, most: 1).Count(one => one.IsCompletedSuccessfully));
        var other = NewGate(places: 10, ofOne: 5, waiting: 0);
        Assert.Equal(10, Ask(other, A, 20, most: 0).Count(one => one.IsCompletedSuccessfully));
        var refused = Ask(other, B, 1)[0];
        Refused(Refusal.Overloaded, refused);
    }

    [Fact]
    public async Task Who_is_granted_more_while_some_wait_is_let_in_at_once()
    {
        var gate = NewGate(places: 10, ofOne: 5, waiting: 5);
        Inside(Ask(gate, A, 1, most: 1));
        var waiting = Ask(gate, A, 2, most: 1);
        var next = Ask(gate, A, 1, most: 4);
        Assert.Equal((4, 0), gate.Crowd);
        await Task.WhenAll([.. waiting, .. next]);
    }

    [Fact]
    public void A_hundred_thousand_projects_that_came_and_went_are_forgotten()
    {
        var gate = NewGate(places: 4, ofOne: 2, waiting: 0);
        Inside(Ask(gate, A, 1));
        for (var i = 0; i < 100_000; i++)
        {
            Inside(Ask(gate, Id<IdKinds.Project>.New(), 1))[0].Dispose();
        }

        Assert.InRange(gate.Known, 1, 257);
        Inside(Ask(gate, A, 1));
        Refused(Refusal.TooManyAtOnce, Ask(gate, A, 1)[0]);
    }

    [Fact]
    public async Task However_they_come_and_go_the_bounds_hold_and_all_are_served()
    {
        var gate = NewGate(places: 7, ofOne: 3, waiting: 100_000);
        var projects = new[] { A, B, C, Id<IdKinds.Project>.New() };
        var (inside, most, served) = (new int[projects.Length], 0, 0);
        var beyond = 0;
        await Parallel.ForAsync(0, 5000, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, ct) =>
        {
            var which = i % projects.Length;
            using var place = await gate.EnterAsync(projects[which], null, ct);
            if (Interlocked.Increment(ref inside[which]) > 3 || Interlocked.Increment(ref most) > 7)
            {
                Interlocked.Increment(ref beyond);
            }

            await Task.Yield();
            Interlocked.Decrement(ref most);
            Interlocked.Decrement(ref inside[which]);
            Interlocked.Increment(ref served);
        });
        Assert.Equal((5000, 0), (served, beyond));
        Assert.Equal((0, 0), gate.Crowd);
    }

    [Fact]
    public void A_request_that_finds_a_place_allocates_nothing()
    {
        var gate = NewGate(places: 4, ofOne: 2, waiting: 4);
        EnterAndLeave(100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        EnterAndLeave(10_000);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void EnterAndLeave(int times)
        {
            for (var i = 0; i < times; i++)
            {
                var place = gate.EnterAsync(A, null, CancellationToken.None);
                Assert.True(place.IsCompletedSuccessfully);
                place.Result.Dispose();
            }
        }
    }

    private Gate NewGate(int places, int ofOne, int waiting) =>
        new(new GateSize { Places = places, PlacesOfOne = ofOne, Waiting = waiting, Patience = Patience }, Refusal.Overloaded, _time);

    /// <summary>A task for each request; one that is refused at once has failed already.</summary>
    private static List<Task<Gate.Place>> Ask(Gate gate, Id<IdKinds.Project> project, int times, int? most = null) =>
        [.. Enumerable.Range(0, times).Select(async _ => await gate.EnterAsync(project, most, CancellationToken.None))];

    private static List<Gate.Place> Inside(List<Task<Gate.Place>> asked)
    {
        Assert.All(asked, one => Assert.True(one.IsCompletedSuccessfully));
        return [.. asked.Select(one => one.Result)];
    }

    private static void Refused(Refusal expected, Task<Gate.Place> one)
    {
        var problem = Assert.IsType<Problem>(one.Exception!.InnerException);
        Assert.Equal(expected, problem.Refusal);
        Assert.Equal(1, problem.RetryAfterSeconds);
    }
}
