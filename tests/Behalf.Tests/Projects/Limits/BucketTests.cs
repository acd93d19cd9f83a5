using Behalf.Projects.Limits;
using Behalf.Tests.Support;

namespace Behalf.Tests.Projects.Limits;

/// <summary>A minute's worth may be spent at once, comes back evenly, and costs memory only while it is missing.</summary>
public sealed class BucketTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void A_minutes_worth_may_be_spent_at_once_and_comes_back_evenly()
    {
        var buckets = new Buckets<string>(_time);
        Assert.All(Enumerable.Range(0, 60), _ => Assert.Null(buckets.TakeOrWait("a", 60)));
        Assert.Equal(1, buckets.TakeOrWait("a", 60));
        Assert.Null(buckets.TakeOrWait("b", 60));

        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.All(Enumerable.Range(0, 10), _ => Assert.Null(buckets.TakeOrWait("a", 60)));
        Assert.Equal(1, buckets.TakeOrWait("a", 60));
    }

    [Fact]
    public void Who_waits_as_long_as_told_gets_one()
    {
        var buckets = new Buckets<string>(_time);
        Assert.All(Enumerable.Range(0, 5), _ => Assert.Null(buckets.TakeOrWait("a", 5)));
        var seconds = buckets.TakeOrWait("a", 5);
        Assert.Equal(12, seconds);
        _time.Advance(TimeSpan.FromSeconds(seconds!.Value));
        Assert.Null(buckets.TakeOrWait("a", 5));
        Assert.Equal(12, buckets.TakeOrWait("a", 5));
    }

    [Fact]
    public void Asking_while_there_is_none_puts_nothing_off()
    {
        var buckets = new Buckets<string>(_time);
        Assert.All(Enumerable.Range(0, 60), _ => Assert.Null(buckets.TakeOrWait("a", 60)));
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.Equal(1, buckets.TakeOrWait("a", 60)));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(buckets.TakeOrWait("a", 60));
    }

    [Fact]
    public void A_rest_saves_up_no_more_than_a_minutes_worth()
    {
        var buckets = new Buckets<string>(_time);
        Assert.Null(buckets.TakeOrWait("a", 60));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.All(Enumerable.Range(0, 60), _ => Assert.Null(buckets.TakeOrWait("a", 60)));
        Assert.NotNull(buckets.TakeOrWait("a", 60));
    }

    [Fact]
    public void Of_any_number_at_once_a_minutes_worth_gets_one()
    {
        var buckets = new Buckets<string>(_time);
        var given = 0;
        Parallel.For(0, 10_000, _ =>
        {
            if (buckets.TakeOrWait("a", 1000) is null)
            {
                Interlocked.Increment(ref given);
            }
        });
        Assert.Equal(1000, given);
    }

    [Fact]
    public void A_million_keys_one_after_the_other_leave_no_more_than_asked_lately()
    {
        var buckets = new Buckets<int>(_time);
        for (var key = 0; key < 1_000_000; key++)
        {
            Assert.Null(buckets.TakeOrWait(key, 6000));
            if (key % 1000 == 0)
            {
                // A thousand a second; each is whole again after ten milliseconds.
                _time.Advance(TimeSpan.FromSeconds(1));
                Assert.InRange(buckets.Kept, 0, 4096);
            }
        }
    }

    [Fact]
    public void More_keys_than_are_kept_in_one_moment_cost_no_further_memory()
    {
        var buckets = new Buckets<int>(_time);
        for (var key = 0; key < Buckets<int>.MostKept + 5000; key++)
        {
            Assert.Null(buckets.TakeOrWait(key, 1));
        }

        Assert.Equal(Buckets<int>.MostKept, buckets.Kept);
        Assert.NotNull(buckets.TakeOrWait(0, 1));
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Null(buckets.TakeOrWait(-1, 1));
        Assert.Equal(1, buckets.Kept);
    }

    [Fact]
    public void A_flood_that_filled_it_is_forgotten_when_it_is_over()
    {
        var buckets = new Buckets<int>(_time);
        Fill(0, 600_000);

        // Swept while most are still in use; then the rest comes.
        _time.Advance(TimeSpan.FromSeconds(2));
        Fill(600_000, Buckets<int>.MostKept);
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Null(buckets.TakeOrWait(-1, 1));
        Assert.NotNull(buckets.TakeOrWait(-1, 1));

        void Fill(int from, int to)
        {
            for (var key = from; key < to; key++)
            {
                buckets.TakeOrWait(key, 1);
            }
        }
    }

    [Fact]
    public void A_request_that_is_let_through_allocates_nothing()
    {
        var buckets = new Buckets<Id<IdKinds.ApiKey>>(TimeProvider.System);
        var key = Id<IdKinds.ApiKey>.New();
        Take(100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Take(10_000);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Take(int times)
        {
            for (var i = 0; i < times; i++)
            {
                if (buckets.TakeOrWait(key, 60_000_000) is not null)
                {
                    throw new InvalidOperationException("Not let through.");
                }
            }
        }
    }
}
