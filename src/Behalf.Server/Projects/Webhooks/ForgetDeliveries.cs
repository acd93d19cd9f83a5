using Behalf.Storage;

namespace Behalf.Projects.Webhooks;

/// <summary>Drops deliveries from the log a month after they ended: their bodies name users.</summary>
internal sealed class ForgetDeliveries(IDatabase database, TimeProvider clock, ILogger<ForgetDeliveries> log)
    : Rounds("old deliveries", TimeSpan.FromMinutes(10), clock, log)
{
    private const int AtOnce = 500;

    private static readonly long KeptMs = (long)TimeSpan.FromDays(30).TotalMilliseconds;

    public Task<int> RunOnceAsync(CancellationToken ct) => database.WriteAsync(
        RowScope.System,
        async session =>
        {
            var old = await session.QueryAsync<Old>(
                $"""
                select project_id, delivery_id from webhook_delivery where ended_at < behalf_now() - @KeptMs
                order by ended_at limit @AtOnce{session.ForUpdateSkipLocked}
                """,
                new { KeptMs, AtOnce });
            foreach (var one in old)
            {
                await session.ExecuteAsync("delete from webhook_attempt where project_id = @ProjectId and delivery_id = @DeliveryId", one);
                await session.ExecuteAsync("delete from webhook_delivery where project_id = @ProjectId and delivery_id = @DeliveryId", one);
            }

            return old.Count;
        },
        ct);

    protected override async Task<bool> RunRoundAsync(CancellationToken ct) => await RunOnceAsync(ct) == AtOnce;

    private sealed record Old
    {
        public required Id<IdKinds.Project> ProjectId { get; init; }

        public required Id<IdKinds.Delivery> DeliveryId { get; init; }
    }
}
