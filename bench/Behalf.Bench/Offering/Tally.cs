using System.Diagnostics;

namespace Behalf.Bench.Offering;

/// <summary>Counts what became of the calls of one order.</summary>
internal sealed class Tally(Order order)
{
    private readonly Lock _lock = new();
    private readonly List<double> _took = [];
    private readonly List<double> _added = [];
    private long _sent;
    private long _late;
    private long _unplaced;
    private long _done;
    private long _refused;
    private long _failed;
    private string? _failure;

    public long Began { get; private set; }

    public bool IsOver => Stopwatch.GetElapsedTime(Began).TotalSeconds >= order.Seconds;

    /// <summary>Once all connections are open.</summary>
    public void Begin() => Began = Stopwatch.GetTimestamp();

    public void Sent() => Interlocked.Increment(ref _sent);

    public void Late() => _late++;

    public void Unplaced() => _unplaced++;

    public void Count(in Answer answer, long due)
    {
        var took = Stopwatch.GetElapsedTime(due).TotalMicroseconds;
        lock (_lock)
        {
            switch (answer)
            {
                case { Status: >= 200 and < 400, IsUpstreams: true }:
                    // What comes when the time is over was still waited for: its time counts, its number does not.
                    _done += IsOver ? 0 : 1;
                    _took.Add(took);
                    _added.Add(took - answer.UpstreamUs);
                    break;
                case { Status: 429 or 503, SaysWhen: true }:
                    _refused++;
                    break;
                default:
                    Fail($"status {answer.Status}, {(answer.SaysWhen ? "with" : "without")} Retry-After");
                    break;
            }
        }
    }

    public void Fail(string how)
    {
        lock (_lock)
        {
            _failed++;
            _failure ??= how;
        }
    }

    public Offered Close()
    {
        lock (_lock)
        {
            _took.Sort();
            _added.Sort();
            return new Offered
            {
                Seconds = order.Seconds,
                Sent = _sent,
                Late = _late,
                Unplaced = _unplaced,
                Done = _done,
                Refused = _refused,
                Failed = _failed,
                Failure = _failure,
                P50Us = Part(_took, 0.50),
                P99Us = Part(_took, 0.99),
                AddedP50Us = Part(_added, 0.50),
                AddedP99Us = Part(_added, 0.99),
            };
        }
    }

    private static double Part(List<double> sorted, double part) => sorted.Count == 0 ? 0 : sorted[(int)((sorted.Count - 1) * part)];
}
