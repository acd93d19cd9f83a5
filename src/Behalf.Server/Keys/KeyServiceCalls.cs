namespace Behalf.Keys;

/// <summary>How patiently a key service is asked.</summary>
internal sealed record KeyServiceLimits
{
    /// <summary>For one wrapping or unwrapping with all its tries, counted from the moment it is wanted.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>At once; the others wait, and their deadline runs.</summary>
    public int Concurrency { get; init; } = 16;

    /// <summary>After a first one that brought no answer. Wrapping twice makes two wrapped forms of which one is forgotten,
    /// and unwrapping changes nothing, so both may be repeated.</summary>
    public int Retries { get; init; } = 2;

    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(100);
}

/// <summary>Calls to a key service, none of which can hang, and never too many at once: behind a service that is slow
/// everybody gets a refusal within the deadline, not a place in a queue without end.</summary>
internal sealed class KeyServiceCalls(KeyServiceLimits limits, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _turns = new(limits.Concurrency);

    /// <exception cref="KeyProviderException">What the call says, or that there was no answer in time.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        using var deadline = new CancellationTokenSource(limits.Deadline, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        try
        {
            await _turns.WaitAsync(either.Token);
            try
            {
                return await TryAsync(call, either.Token);
            }
            finally
            {
                _turns.Release();
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            throw new OperationCanceledException(ct);
        }
        catch (OperationCanceledException)
        {
            throw new KeyProviderException(
                KeyFault.Unavailable, $"The key service did not answer within {limits.Deadline.TotalSeconds:0.#} seconds.");
        }
    }

    public void Dispose() => _turns.Dispose();

    private async Task<T> TryAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken ct)
    {
        for (var retry = 0; ; retry++)
        {
            try
            {
                return await call(ct);
            }
            catch (KeyProviderException e) when (e.Fault == KeyFault.Unavailable && retry < limits.Retries)
            {
                await Task.Delay(limits.FirstPause * (1 << retry), clock, ct);
            }
        }
    }
}
