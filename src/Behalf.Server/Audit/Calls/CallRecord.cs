namespace Behalf.Audit.Calls;

/// <summary>One accepted call on its way into the trail. Disposed without an outcome, it is recorded as failed: a credential
/// may have been opened for it.</summary>
internal sealed class CallRecord(CallRecorder recorder, AuditEvent accepted) : IAsyncDisposable
{
    private readonly TaskCompletionSource<Id<IdKinds.Event>> _durable = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _completed;

    internal AuditEvent Event { get; private set; } = accepted;

    /// <summary>Gives the event's id once the event is durable; only then may the call's answer leave.</summary>
    /// <exception cref="Problem">It is not durable yet. It will be when the database is back, but the answer must not wait.</exception>
    public async Task<Id<IdKinds.Event>> CompleteAsync(AuditEvent happened, CancellationToken ct)
    {
        if (Interlocked.Exchange(ref _completed, 1) == 1)
        {
            throw new InvalidOperationException("A call is recorded once.");
        }

        Event = happened;
        using var span = Telemetry.Span("audit.record");
        var began = recorder.Clock.GetTimestamp();
        recorder.Enqueue(this);
        try
        {
            return await _durable.Task.WaitAsync(CallRecorder.Deadline, recorder.Clock, ct);
        }
        catch (TimeoutException)
        {
            span.Fail("timeout");
            throw CallRecorder.Unavailable();
        }
        finally
        {
            Measures.Wait.Record(recorder.Clock.GetElapsedTime(began).TotalSeconds);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Volatile.Read(ref _completed) == 0)
        {
            await CompleteAsync(Event with { Outcome = AuditOutcomes.Failed }, CancellationToken.None);
        }
    }

    internal void Complete(Id<IdKinds.Event> id) => _durable.TrySetResult(id);

    internal void Fail(Exception e) => _durable.TrySetException(e);
}
