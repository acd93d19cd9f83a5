using System.Threading.Channels;
using Behalf.Storage;

namespace Behalf.Audit.Calls;

/// <summary>Records tool calls. A call is accepted here before its credential is opened, and its event is durable before its
/// answer leaves. Calls share commits: one writer takes whatever is waiting, and never waits for more.</summary>
internal sealed class CallRecorder(IDatabase database, TimeProvider clock, ILogger<CallRecorder> log) : IHostedService, IDisposable
{
    public const int MostPerCommit = 1024;
    private const int UsualCapacity = 8192;
    private static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(200);

    // A commit takes milliseconds: one that takes this long will not be in time for a call that begins now.
    private static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(2);

    // Bounded by the places that Reserve gives out: a call that was accepted is never refused its place in the queue.
    private readonly Channel<CallRecord> _queue =
        Channel.CreateUnbounded<CallRecord>(new UnboundedChannelOptions { SingleReader = true });

    private readonly CancellationTokenSource _patience = new();
    private Task _writing = Task.CompletedTask;
    private int _accepted;
    private long _writingSince;
    private volatile bool _running;
    private volatile bool _failing;

    /// <summary>How long an answer waits for its event. A database that takes longer is as good as away.</summary>
    public static TimeSpan Deadline { get; } = TimeSpan.FromSeconds(5);

    /// <summary>How many calls may be between their acceptance and their durable event.</summary>
    public int Capacity { get; init; } = UsualCapacity;

    /// <summary>How many are between the two now.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    internal TimeProvider Clock => clock;

    private bool Works => _running && !_failing && !IsStuck;

    private bool IsStuck => Volatile.Read(ref _writingSince) is var since and not 0 && clock.GetElapsedTime(since) > StuckAfter;

    /// <summary>Accepts a call before its credential is opened.</summary>
    /// <param name="accepted">What will be recorded, as failed, if nothing else becomes known of the call.</param>
    /// <exception cref="Problem">The call could not be recorded, so it must not be made.</exception>
    public CallRecord Reserve(AuditEvent accepted)
    {
        if (!Works)
        {
            throw Overloaded();
        }

        if (Interlocked.Increment(ref _accepted) > Capacity)
        {
            Interlocked.Decrement(ref _accepted);
            throw Overloaded();
        }

        return new CallRecord(this, accepted);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _running = true;
        _writing = WriteAllAsync();
        return Task.CompletedTask;
    }

    /// <summary>Writes what is waiting; a database that is away gets as long as an answer would have waited.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _running = false;
        _queue.Writer.TryComplete();
        _patience.CancelAfter(Deadline);
        await _writing.WaitAsync(cancellationToken);
    }

    public void Dispose() => _patience.Dispose();

    internal void Enqueue(CallRecord call)
    {
        if (!_queue.Writer.TryWrite(call))
        {
            Interlocked.Decrement(ref _accepted);
            call.Fail(Unavailable());
        }
    }

    internal static Problem Unavailable() => new(Refusal.StorageUnavailable) { RetryAfterSeconds = 1 };

    private static Problem Overloaded() => new(Refusal.Overloaded) { RetryAfterSeconds = 1 };

    private async Task WriteAllAsync()
    {
        var batch = new List<CallRecord>(MostPerCommit);
        while (await _queue.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < MostPerCommit && _queue.Reader.TryRead(out var call))
            {
                batch.Add(call);
            }

            Measures.BatchSize.Record(batch.Count);
            Volatile.Write(ref _writingSince, clock.GetTimestamp());
            await WriteAsync(batch);
            Volatile.Write(ref _writingSince, 0);
            Interlocked.Add(ref _accepted, -batch.Count);
        }
    }

    /// <summary>Writes until it is done. The calls were made: when the database is away their events wait for it, although
    /// their callers do not, and no further call is accepted meanwhile.</summary>
    private async Task WriteAsync(List<CallRecord> batch)
    {
        IReadOnlyList<EventRow>? rows = null;
        while (true)
        {
            try
            {
                rows ??= await NumberAsync(batch);
                await InsertAsync(rows);
                _failing = false;
                Complete(batch, rows);
                return;
            }
            catch (Exception e) when (IsPassing(e) && !_patience.IsCancellationRequested)
            {
                if (!_failing)
                {
                    log.CallsWait(e, batch.Count);
                }

                _failing = true;
                await Task.Delay(RetryEvery, clock, _patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception e) when (batch.Count == 1 || IsPassing(e))
            {
                log.CallsLost(e, batch.Count);
                Fail(batch, IsPassing(e) ? Unavailable() : e);
                return;
            }
            catch (Exception)
            {
                // The database refuses one of them: it must not take the others along.
                foreach (var call in batch)
                {
                    await WriteAsync([call]);
                }

                return;
            }
        }
    }

    /// <summary>The ids are given before the first attempt, so that a second one after a commit of unknown outcome adds nothing.</summary>
    private async Task<IReadOnlyList<EventRow>> NumberAsync(List<CallRecord> batch)
    {
        using var limit = new CancellationTokenSource(Deadline, clock);
        var at = await database.NowAsync(limit.Token);
        return [.. batch.Select(call => EventRow.From(call.Event, at))];
    }

    private async Task InsertAsync(IReadOnlyList<EventRow> rows)
    {
        using var limit = new CancellationTokenSource(Deadline, clock);
        await database.WriteAsync(RowScope.System, session => session.InsertAsync(rows), limit.Token);
    }

    private static bool IsPassing(Exception e) => e is Problem or OperationCanceledException;

    private static void Complete(List<CallRecord> batch, IReadOnlyList<EventRow> rows)
    {
        for (var i = 0; i < rows.Count; i++)
        {
            batch[i].Complete(rows[i].EventId);
        }
    }

    private static void Fail(List<CallRecord> batch, Exception e)
    {
        foreach (var call in batch)
        {
            call.Fail(e);
        }
    }
}
