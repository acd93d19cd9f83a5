using System.Collections.Concurrent;

namespace Behalf.Tests.Support;

/// <summary>Callers that call again and again until told to stop, and remember every failure.</summary>
internal sealed class Load : IAsyncDisposable
{
    private readonly CancellationTokenSource _done = new();
    private readonly Task _callers;
    private int _calls;

    private Load(int callers, Func<int, Task<string?>> call) => _callers = Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
    {
        while (!_done.IsCancellationRequested)
        {
            if (await call(Interlocked.Increment(ref _calls) - 1) is { } failure)
            {
                Failures.Add(failure);
            }
        }
    })));

    public ConcurrentBag<string> Failures { get; } = [];

    /// <param name="callers">How many at once.</param>
    /// <param name="call">Makes the call of a number; answers what went wrong, or null.</param>
    public static Load Start(int callers, Func<int, Task<string?>> call) => new(callers, call);

    /// <summary>How many calls were made.</summary>
    public async Task<int> StopAsync()
    {
        await _done.CancelAsync();
        await _callers;
        return _calls;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _done.Dispose();
    }
}
