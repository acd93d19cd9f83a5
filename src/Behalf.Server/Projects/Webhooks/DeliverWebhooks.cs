using System.Collections.Concurrent;
using Behalf.Storage;

namespace Behalf.Projects.Webhooks;

/// <summary>A delivery that this node has taken on. <see cref="Turn"/> fences it: whoever took it later has a higher one.</summary>
internal sealed record ClaimedDelivery
{
    public required Id<IdKinds.Project> ProjectId { get; init; }

    public required Id<IdKinds.Delivery> DeliveryId { get; init; }

    public required short Turn { get; init; }
}

/// <summary>Works off the deliveries that are due. A project has few of them under way at a time, so that receivers which keep
/// us waiting hold up nobody else's.</summary>
internal sealed class DeliverWebhooks(IDatabase database, AttemptDelivery attempt, TimeProvider clock, ILogger<DeliverWebhooks> log)
    : Rounds("webhook deliveries", Pause, clock, log)
{
    private const int AtOnce = 128;

    /// <summary>Above it a project takes on no more, until some are done.</summary>
    private const int OfOneProject = 8;

    /// <summary>Longer than an attempt may take: then another node may try.</summary>
    private const int LeaseMs = 60_000;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<ClaimedDelivery, Task> _underWay = new();

    /// <summary>Takes on what is due and sees it through; how many deliveries that were.</summary>
    public async Task<int> RunOnceAsync(CancellationToken ct)
    {
        var claimed = await ClaimAsync(ct);
        await Task.WhenAll(claimed.Select(attempt.RunAsync));
        return claimed.Count;
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Task.WhenAll(_underWay.Values).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    protected override async Task<bool> RunRoundAsync(CancellationToken ct)
    {
        foreach (var (done, task) in _underWay.Where(one => one.Value.IsCompleted))
        {
            _underWay.TryRemove(done, out _);
            await task;
        }

        var claimed = await ClaimAsync(ct);
        foreach (var one in claimed)
        {
            _underWay[one] = attempt.RunAsync(one);
        }

        if (claimed.Count == 0 && !_underWay.IsEmpty)
        {
            await Task.WhenAny([.. _underWay.Values, Task.Delay(Pause, Clock, ct)]);
            return true;
        }

        return claimed.Count > 0;
    }

    private async Task<IReadOnlyList<ClaimedDelivery>> ClaimAsync(CancellationToken ct)
    {
        var free = AtOnce - _underWay.Count;
        var due = free > 0 && await database.FindAsync<int>(
            RowScope.System,
            "select 1 from outbox where kind = @Kind and due_at <= behalf_now() limit 1",
            new { DeliveryStore.Kind },
            ct) == 1;
        return due ? await database.WriteAsync(RowScope.System, session => ClaimAsync(session, free), ct) : [];
    }

    private async ValueTask<IReadOnlyList<ClaimedDelivery>> ClaimAsync(WriteSession session, int most)
    {
        var due = await session.QueryAsync<ClaimedDelivery>(
            $"""
            select project_id, job_id as delivery_id, attempt as turn from outbox
            where kind = @Kind and due_at <= behalf_now() and (project_id, job_id) in (
              select project_id, job_id from (
                select project_id, job_id, row_number() over (partition by project_id order by due_at) as place
                from outbox where kind = @Kind and due_at <= behalf_now() and not (project_id in @busy)
              ) waiting where place <= @OfOneProject order by place limit @most)
            {session.ForUpdateSkipLocked}
            """,
            new { DeliveryStore.Kind, OfOneProject, most, busy = BusyProjects() });
        foreach (var one in due)
        {
            await session.ExecuteAsync(
                """
                update outbox set due_at = behalf_now() + @LeaseMs, attempt = attempt + 1
                where project_id = @ProjectId and job_id = @DeliveryId
                """,
                new { one.ProjectId, one.DeliveryId, LeaseMs });
        }

        return [.. due.Select(one => one with { Turn = (short)(one.Turn + 1) })];
    }

    private byte[][] BusyProjects() =>
        [.. _underWay.Keys.GroupBy(one => one.ProjectId).Where(ofOne => ofOne.Count() >= OfOneProject).Select(ofOne => ofOne.Key.ToBytes())];
}
