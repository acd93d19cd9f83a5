using Behalf.Accounts.Revocation;
using Behalf.Projects.Webhooks;
using Behalf.Storage;

namespace Behalf.Hosting.Exports;

/// <summary>What waits in the database, as it was a moment ago.</summary>
internal sealed record Backlog
{
    public required long UnsealedAgeMs { get; init; }

    public required long RefreshAgeMs { get; init; }

    public required IReadOnlyList<(string Queue, long Depth, long AgeMs)> Outboxes { get; init; }
}

/// <summary>Looks every few seconds, in the indexes that the work itself goes by; never per scrape, or scrapers would set the
/// database's load. Each node tells the same of the one database: take the highest, do not add them up.</summary>
internal sealed class Backlogs(IDatabase database, TimeProvider clock, ILogger<Backlogs> log) : Rounds("backlogs", Pause, clock, log)
{
    private const int MostCounted = 1000;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly (string Queue, string Kind)[] Queues = [("revocation", RevocationJob.Kind), ("webhook", DeliveryStore.Kind)];

    public Backlog Last { get; private set; } =
        new() { UnsealedAgeMs = 0, RefreshAgeMs = 0, Outboxes = [.. Queues.Select(queue => (queue.Queue, 0L, 0L))] };

    public async Task LookAsync(CancellationToken ct)
    {
        var outboxes = new List<(string, long, long)>();
        foreach (var (queue, kind) in Queues)
        {
            var depth = await CountAsync(kind, ct);
            outboxes.Add((queue, depth, await AgeAsync("select min(due_at) from outbox where kind = @kind and due_at <= behalf_now()", new { kind }, ct)));
        }

        Last = new Backlog
        {
            UnsealedAgeMs = await AgeAsync("select at from audit_event where seq is null order by event_id limit 1", null, ct),
            RefreshAgeMs = await AgeAsync("select min(due_at) from account_refresh where status = 0 and due_at <= behalf_now()", null, ct),
            Outboxes = outboxes,
        };
    }

    protected override async Task<bool> RunRoundAsync(CancellationToken ct)
    {
        await LookAsync(ct);
        return false;
    }

    private Task<long> CountAsync(string kind, CancellationToken ct) => database.FindAsync<long>(
        RowScope.System,
        "select count(*) from (select 1 as one from outbox where kind = @kind and due_at <= behalf_now() limit @MostCounted) due",
        new { kind, MostCounted },
        ct);

    private async Task<long> AgeAsync(string since, object? args, CancellationToken ct) => Math.Max(0, await database.FindAsync<long>(
        RowScope.System, $"select coalesce(behalf_now() - ({since}), 0)", args, ct));
}
