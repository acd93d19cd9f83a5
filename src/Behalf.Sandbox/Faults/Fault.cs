using Behalf.Sandbox.Provider;

namespace Behalf.Sandbox.Faults;

/// <summary>A fault that waits for its victims.</summary>
internal sealed record Fault
{
    public required Step On { get; init; }

    public required FaultKind Kind { get; init; }

    /// <summary>Seconds, for <c>Retry-After</c>.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>How many requests it strikes.</summary>
    public int Count { get; init; } = 1;
}

/// <summary>The faults that are due, each step's in the order in which they were set.</summary>
internal sealed class FaultBook
{
    private readonly List<Fault> _due = [];

    public IReadOnlyList<Fault> Due
    {
        get
        {
            lock (_due)
            {
                return [.. _due];
            }
        }
    }

    public void Add(Fault fault)
    {
        lock (_due)
        {
            _due.Add(fault);
        }
    }

    public void Add(Step on, FaultKind kind, int count = 1, int? retryAfter = null) =>
        Add(new Fault { On = on, Kind = kind, Count = count, RetryAfter = retryAfter });

    public Fault? Take(Step step)
    {
        lock (_due)
        {
            var index = _due.FindIndex(fault => fault.On == step);
            if (index < 0)
            {
                return null;
            }

            var fault = _due[index];
            if (fault.Count > 1)
            {
                _due[index] = fault with { Count = fault.Count - 1 };
            }
            else
            {
                _due.RemoveAt(index);
            }

            return fault;
        }
    }

    public void Clear()
    {
        lock (_due)
        {
            _due.Clear();
        }
    }
}
