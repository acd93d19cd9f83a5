using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Behalf.Bench.Offering;

/// <summary>Makes the calls of an order, and waits for the answers to all that were sent.</summary>
internal static class Calls
{
    /// <summary>A call that is sent later than this would measure the generator.</summary>
    private static readonly TimeSpan Punctual = TimeSpan.FromMilliseconds(10);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public static Offered Make(IReadOnlyList<Target> targets, Order order)
    {
        var tally = new Tally(order);
        var free = new ConcurrentQueue<Caller>();
        Action<Caller> whenFree = order.PerSecond > 0 ? free.Enqueue : Again;
        var callers = Enumerable.Range(0, order.AtOnce).Select(i => new Caller(targets[i % targets.Count], tally, whenFree)).ToList();
        callers.ForEach(caller => caller.Start());
        tally.Begin();
        callers.ForEach(whenFree);
        if (order.PerSecond > 0)
        {
            OfferEvenly(order, tally, free);
        }
        else
        {
            Thread.Sleep(TimeSpan.FromSeconds(order.Seconds));
        }

        AwaitAnswers(callers, tally);
        callers.ForEach(caller => caller.Dispose());
        return tally.Close();

        void Again(Caller caller)
        {
            if (!tally.IsOver)
            {
                caller.Call(Stopwatch.GetTimestamp());
            }
        }
    }

    private static void OfferEvenly(Order order, Tally tally, ConcurrentQueue<Caller> free)
    {
        var distance = Stopwatch.Frequency / order.PerSecond;
        for (var n = 0L; n < order.PerSecond * order.Seconds; n++)
        {
            var due = tally.Began + (long)(n * distance);
            SleepUntil(due);
            if (Stopwatch.GetElapsedTime(due) > Punctual)
            {
                tally.Late();
            }
            else if (free.TryDequeue(out var caller))
            {
                caller.Call(due);
            }
            else
            {
                tally.Unplaced();
            }
        }
    }

    /// <summary>Never for less than a tenth of a millisecond: waking up for each of many calls would leave no time to make them.</summary>
    private static void SleepUntil(long due)
    {
        if (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) is { Ticks: > 0 } left)
        {
            _ = Sleep((uint)Math.Max(100, left.TotalMicroseconds));
        }
    }

    private static void AwaitAnswers(List<Caller> callers, Tally tally)
    {
        var began = Stopwatch.GetTimestamp();
        while (callers.Exists(caller => caller.IsCalling) && Stopwatch.GetElapsedTime(began) < Patience)
        {
            Thread.Sleep(5);
        }

        foreach (var caller in callers.Where(caller => caller.IsCalling))
        {
            tally.Fail($"no answer within {Patience.TotalSeconds} s");
        }
    }

    /// <summary>The runtime's own sleep knows whole milliseconds only.</summary>
    [DllImport("libc", EntryPoint = "usleep")]
    private static extern int Sleep(uint microseconds);
}
