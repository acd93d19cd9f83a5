namespace Behalf.Hosting;

/// <summary>Slows a flood of refusals down. A refusal costs a fraction of a call, but whoever is refused and comes again at once is
/// refused thousands of times a second, and then the server does little else. So beyond a number each second, whoever is refused is told
/// a second later; until then they ask nothing.</summary>
internal sealed class HeldRefusals(TimeProvider clock)
{
    /// <summary>Told at once in each second: what does not come in floods is not held.</summary>
    internal const int ToldAtOnce = 500;

    /// <summary>Beyond it they are told at once: memory is finite, too.</summary>
    internal const int MostHeld = 10_000;

    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(1);

    private long _second;
    private int _told;
    private int _held;

    /// <summary>How many wait to be told.</summary>
    public int Held => Volatile.Read(ref _held);

    /// <summary>Waits where too much is refused at the moment.</summary>
    /// <exception cref="OperationCanceledException">Who asked has hung up.</exception>
    public Task WaitAsync(Problem problem, CancellationToken ct) =>
        problem.RetryAfterSeconds is null || IsAmongTheFirst() ? Task.CompletedTask : HoldAsync(ct);

    private async Task HoldAsync(CancellationToken ct)
    {
        try
        {
            if (Interlocked.Increment(ref _held) <= MostHeld)
            {
                await Task.Delay(Hold, clock, ct);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _held);
        }
    }

    private bool IsAmongTheFirst()
    {
        var second = clock.GetTimestamp() / clock.TimestampFrequency;
        if (Interlocked.Exchange(ref _second, second) != second)
        {
            Volatile.Write(ref _told, 0);
        }

        return Interlocked.Increment(ref _told) <= ToldAtOnce;
    }
}
