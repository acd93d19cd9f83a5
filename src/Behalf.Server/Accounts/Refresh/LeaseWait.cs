using System.Diagnostics;

namespace Behalf.Accounts.Refresh;

/// <summary>A call's waiting for a refresh that another is at, from the first time it was told so.</summary>
internal sealed class LeaseWait(TimeProvider clock) : IDisposable
{
    private Activity? _span;
    private long _began;

    public void Begin()
    {
        if (_began == 0)
        {
            _began = clock.GetTimestamp();
            _span = Telemetry.Span("refresh.lease_wait");
        }
    }

    public void Dispose()
    {
        _span?.Dispose();
        if (_began != 0)
        {
            Measures.WaitedForLease(clock.GetElapsedTime(_began));
        }
    }
}
