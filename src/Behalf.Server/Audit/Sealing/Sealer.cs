using System.Data.Common;
using System.Security.Cryptography;
using Behalf.Keys;
using Behalf.Storage;

namespace Behalf.Audit.Sealing;

/// <summary>Sees to it that events are sealed within a second, by one node at a time, and that none is left behind when the
/// server stops.</summary>
internal sealed class Sealer(IDatabase database, EventSealer events, TimeProvider clock, ILogger<Sealer> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    private readonly WorkLease _lease = new(database, "audit-sealer", TimeSpan.FromSeconds(10), clock);

    /// <summary>Why this node cannot seal; null while it can, or need not.</summary>
    public string? Fault { get; private set; }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var farewell = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        farewell.CancelAfter(Farewell);
        await TrySealAsync(farewell.Token);
        await StepBackAsync();
    }

    /// <summary>Seals what is waiting, if it is this node's turn. What goes wrong is said in <see cref="Fault"/>; the events wait.</summary>
    public async Task TrySealAsync(CancellationToken ct)
    {
        try
        {
            await SealWaitingAsync(ct);
            if (Fault is not null)
            {
                log.SealingAgain();
            }

            Fault = null;
        }
        catch (Exception e) when (e is KeyProviderException or CryptographicException or Problem or DbException)
        {
            if (Fault != e.Message)
            {
                log.NotSealing(e, e.Message);
            }

            Fault = e.Message;
            await StepBackAsync();
        }
        catch (OperationCanceledException)
        {
            await StepBackAsync();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, clock);
        do
        {
            await TrySealAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task SealWaitingAsync(CancellationToken ct)
    {
        if (!await IsAnyWaitingAsync(ct))
        {
            return;
        }

        int sealedNow;
        do
        {
            var state = await _lease.HoldAsync(ct);
            if (state == LeaseState.Elsewhere)
            {
                return;
            }

            if (state == LeaseState.Taken)
            {
                events.Forget();
            }

            sealedNow = await events.SealBatchAsync(ct);
        }
        while (sealedNow == EventSealer.MostPerBatch);
    }

    private async Task<bool> IsAnyWaitingAsync(CancellationToken ct) =>
        await database.FindAsync<int>(RowScope.System, "select 1 from audit_event where seq is null limit 1", null, ct) == 1;

    /// <summary>Another node may be better off: its key provider may answer.</summary>
    private async Task StepBackAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(Farewell, clock);
            await _lease.ReleaseAsync(limit.Token);
        }
        catch (Exception e) when (e is Problem or DbException or OperationCanceledException)
        {
            // It runs out by itself.
        }
    }
}
