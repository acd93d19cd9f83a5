using Behalf.Audit;
using Behalf.Storage;

namespace Behalf.Accounts.Connect;

/// <summary>Ends invitations that nobody finished in time, and with them the accounts that were waiting.</summary>
internal sealed class ExpireFlows(IDatabase database, TimeProvider clock, ILogger<ExpireFlows> log)
    : Rounds("expired links", TimeSpan.FromSeconds(2), clock, log)
{
    private const int AtOnce = 200;

    protected override async Task<bool> RunRoundAsync(CancellationToken ct) => await RunOnceAsync(ct) == AtOnce;

    public Task<int> RunOnceAsync(CancellationToken ct) => database.WriteAsync(
        RowScope.System,
        async session =>
        {
            var late = await session.QueryAsync<FlowRow>(
                $"""
                select {FlowStore.Columns} from flow where stage < 5 and expires_at <= behalf_now()
                order by expires_at limit @AtOnce{session.ForUpdateSkipLocked}
                """,
                new { AtOnce });
            foreach (var flow in late)
            {
                var reason = flow.Stage switch
                {
                    FlowStage.Parked => StatusReasons.NotConfirmed,

                    // The code was being redeemed when its process died.
                    FlowStage.Exchanging => StatusReasons.ProviderError,
                    _ => StatusReasons.LinkExpired,
                };
                if (await session.EndFlowAsync(flow, reason))
                {
                    await FinishFlow.RecordFailureAsync(session, flow, reason, AuditEvent.BySystem(flow.ProjectId, AuditActions.LinkEnded));
                }
            }

            return late.Count;
        },
        ct);
}
