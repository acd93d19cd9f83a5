using System.Collections.Concurrent;
using Behalf.Sandbox.Provider;

namespace Behalf.Sandbox.Faults;

/// <summary>Keeps requests waiting until they are let go: a provider that hangs for as long as somebody wants.</summary>
internal sealed class Hold
{
    private readonly ConcurrentDictionary<Step, TaskCompletionSource> _closed = new();
    private int _waiting;

    /// <summary>How many requests wait now.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    public void Close(Step step) => _closed.TryAdd(step, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>Lets all go that wait, and lets the next ones pass.</summary>
    public void Open(Step step)
    {
        if (_closed.TryRemove(step, out var gate))
        {
            gate.SetResult();
        }
    }

    public async Task PassAsync(Step step, CancellationToken ct)
    {
        if (!_closed.TryGetValue(step, out var gate))
        {
            return;
        }

        Interlocked.Increment(ref _waiting);
        try
        {
            await gate.Task.WaitAsync(ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
