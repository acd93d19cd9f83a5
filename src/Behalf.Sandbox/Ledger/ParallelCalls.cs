namespace Behalf.Sandbox.Ledger;

/// <summary>Counts calls that are in progress at the same time, for each key.</summary>
internal sealed class ParallelCalls
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _now = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _most = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, int> Most
    {
        get
        {
            lock (_gate)
            {
                return new Dictionary<string, int>(_most, StringComparer.Ordinal);
            }
        }
    }

    public void Enter(string key)
    {
        lock (_gate)
        {
            var now = _now.GetValueOrDefault(key) + 1;
            _now[key] = now;
            _most[key] = Math.Max(now, _most.GetValueOrDefault(key));
        }
    }

    public void Leave(string key)
    {
        lock (_gate)
        {
            _now[key]--;
        }
    }

    /// <summary>Calls in progress stay counted as such.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _most.Clear();
        }
    }
}
