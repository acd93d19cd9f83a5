using Behalf.Hosting;

namespace Behalf.Tests.Security.Overload;

/// <summary>A flood of refusals is slowed down; what comes one by one is told at once.</summary>
public sealed class HeldRefusalTests
{
    private static readonly Problem Full = new(Refusal.Overloaded) { RetryAfterSeconds = 1 };

    [Fact]
    public async Task Beyond_a_number_in_one_second_they_are_told_later_and_the_next_second_begins_anew()
    {
        var clock = new StandingClock();
        var held = new HeldRefusals(clock);
        var told = Enumerable.Range(0, HeldRefusals.ToldAtOnce).Select(_ => held.WaitAsync(Full, CancellationToken.None)).ToList();
        Assert.All(told, one => Assert.True(one.IsCompletedSuccessfully));
        var later = held.WaitAsync(Full, CancellationToken.None);
        Assert.False(later.IsCompleted);
        Assert.Equal(1, held.Held);

        // Why somebody without a key is refused has nothing to do with how much there is to do.
        Assert.True(held.WaitAsync(new Problem(Refusal.MissingCredential), CancellationToken.None).IsCompletedSuccessfully);

        clock.Seconds++;
        Assert.True(held.WaitAsync(Full, CancellationToken.None).IsCompletedSuccessfully);
        await later;
        Assert.Equal(0, held.Held);
    }

    [Fact]
    public async Task Who_hangs_up_is_held_no_longer()
    {
        var held = new HeldRefusals(new StandingClock());
        for (var i = 0; i < HeldRefusals.ToldAtOnce; i++)
        {
            await held.WaitAsync(Full, CancellationToken.None);
        }

        using var hangUp = new CancellationTokenSource();
        var later = held.WaitAsync(Full, hangUp.Token);
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => later);
        Assert.Equal(0, held.Held);
    }

    [Fact]
    public async Task No_more_are_held_than_there_is_room_for()
    {
        var held = new HeldRefusals(new StandingClock());
        using var end = new CancellationTokenSource();
        var all = Enumerable.Range(0, HeldRefusals.ToldAtOnce + HeldRefusals.MostHeld + 5).Select(_ => held.WaitAsync(Full, end.Token)).ToList();
        Assert.Equal(HeldRefusals.MostHeld, all.Count(one => !one.IsCompleted));
        await end.CancelAsync();
        await Task.WhenAll(all).ContinueWith(static _ => { }, TaskScheduler.Default);
        Assert.Equal(0, held.Held);
    }

    /// <summary>Its timers run; its time does not.</summary>
    private sealed class StandingClock : TimeProvider
    {
        public long Seconds { get; set; } = 1000;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
