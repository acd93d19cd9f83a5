using Behalf.Accounts.Refresh;
using Behalf.Tests.Support;

namespace Behalf.Tests.Accounts;

/// <summary>One asks for all: before a pause is known, and when it is over.</summary>
public sealed class AppPausesTests
{
    private const long Now = 1_000_000_000;

    private static readonly AppDoor Door = new("app", "https://provider.test/token");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ManualTime _time = new();
    private readonly AppPauses _pauses;

    public AppPausesTests() => _pauses = new AppPauses(_time);

    [Fact]
    public async Task One_goes_first_and_the_others_follow_when_it_passed()
    {
        using var first = await TakeAsync(Now);
        var others = Enumerable.Range(0, 15).Select(_ => TakeAsync(Now)).ToList();
        Assert.Null(first.WaitUntil);
        Assert.All(others, other => Assert.False(other.IsCompleted));
        first.Pass(Now);
        Assert.All(await Task.WhenAll(others), turn => Assert.Null(turn.WaitUntil));
        Assert.Null((await TakeAsync(Now + 59_000)).WaitUntil);
    }

    [Fact]
    public async Task Who_hears_of_a_pause_speaks_for_all_until_it_ends_and_then_one_asks_again()
    {
        using var first = await TakeAsync(Now);
        var other = TakeAsync(Now);
        Assert.Equal(60, first.SlowDown(Now, 60));
        Assert.Equal(Now + 60_000, first.BeganPauseUntil);
        Assert.Equal(Now + 60_000, (await other).WaitUntil);
        Assert.Equal(Now + 60_000, (await TakeAsync(Now + 59_999)).WaitUntil);
        Assert.True(_pauses.Any(Now + 59_999));
        Assert.False(_pauses.Any(Now + 60_000));

        using var again = await TakeAsync(Now + 60_000);
        var waiting = TakeAsync(Now + 60_000);
        Assert.Null(again.WaitUntil);
        Assert.False(waiting.IsCompleted);
        again.Pass(Now + 60_000);
        Assert.Null((await waiting).WaitUntil);
    }

    [Fact]
    public async Task Another_app_and_another_endpoint_know_nothing_of_it()
    {
        using var first = await TakeAsync(Now);
        first.SlowDown(Now, 60);
        using var otherApp = await _pauses.TakeTurnAsync(Door with { App = "other" }, Now, Patience);
        using var elsewhere = await _pauses.TakeTurnAsync(Door with { Address = "https://tenant.provider.test/token" }, Now, Patience);
        Assert.Equal((null, null), (otherApp.WaitUntil, elsewhere.WaitUntil));
    }

    [Fact]
    public async Task Without_a_word_how_long_each_pause_is_twice_the_last_up_to_an_hour()
    {
        var (now, lengths) = (Now, new List<int>());
        for (var i = 0; i < 8; i++)
        {
            using var turn = await TakeAsync(now);
            lengths.Add(turn.SlowDown(now, null));
            now += lengths[^1] * 1000L;
        }

        Assert.Equal([60, 120, 240, 480, 960, 1920, 3600, 3600], lengths);
    }

    [Fact]
    public async Task What_was_sent_before_a_pause_neither_ends_nor_doubles_it()
    {
        using var first = await TakeAsync(Now);
        first.Pass(Now);
        var sent = await Task.WhenAll(TakeAsync(Now), TakeAsync(Now), TakeAsync(Now));
        Assert.Equal(60, sent[0].SlowDown(Now, null));
        Assert.Equal(60, sent[1].SlowDown(Now, null));
        sent[2].Pass(Now);
        Assert.Equal((Now + 60_000, null), (sent[0].BeganPauseUntil, sent[1].BeganPauseUntil));
        Assert.Equal(Now + 60_000, (await TakeAsync(Now + 1)).WaitUntil);
    }

    [Fact]
    public async Task One_that_never_sent_leaves_its_place_to_the_next()
    {
        var first = await TakeAsync(Now);
        var (second, third) = (TakeAsync(Now), TakeAsync(Now));
        first.Dispose();
        var next = await await Task.WhenAny(second, third);
        Assert.Null(next.WaitUntil);
        Assert.False(second.IsCompleted && third.IsCompleted);
        next.Pass(Now);
        Assert.All(await Task.WhenAll(second, third), turn => Assert.Null(turn.WaitUntil));
    }

    [Fact]
    public async Task One_that_hangs_holds_up_the_others_for_seconds_and_after_a_pause_they_come_back_later()
    {
        using (var first = await TakeAsync(Now))
        {
            var other = TakeAsync(Now);
            _time.Advance(Patience);
            Assert.Null((await other).WaitUntil);
            first.SlowDown(Now, 10);
        }

        using var again = await TakeAsync(Now + 10_000);
        var late = TakeAsync(Now + 10_000);
        _time.Advance(Patience);
        Assert.Equal(Now + 15_000, (await late).WaitUntil);
    }

    private Task<AppTurn> TakeAsync(long now) => _pauses.TakeTurnAsync(Door, now, Patience);
}
