namespace Behalf.Tests.Chaos;

/// <summary>SIGKILL at every step of a deletion: the account is there and works, or is gone for good, here and at the provider.</summary>
public sealed class DeleteFailpointTests
{
    public static TheoryData<string, string, int> Cases => Failpoints.Cases(Failpoints.OfDelete);

    [Theory, MemberData(nameof(Cases))]
    public async Task A_deletion_killed_at_any_step_is_done_or_was_not_begun(string engine, string point, int round)
    {
        _ = round;
        await using var crash = await CrashWorld.CreateAsync(engine, "grace");
        var world = crash.World;
        var route = "/api/v3.1/connected_accounts/" + await crash.ConnectAsync("alice");
        await crash.ConnectAsync("bob");
        await crash.DieAtAsync(point, client => client.DeleteAsync(route));
        if (point == "delete.prepared")
        {
            (await world.Project.GetAsync(route)).Expect(200);
            await Invariants.HoldAsync(crash);
            (await world.Project.DeleteAsync(route)).Expect(200);
        }

        (await world.Project.GetAsync(route)).Expect(404);
        Assert.Equal(1, await crash.CountAsync("select count(*) from secret where kind = 1 and owner_id in (select account_id from account)"));
        await world.Server.Clock.AdvanceAsync(TimeSpan.FromSeconds(61));
        await Support.Eventually.HoldsAsync(async () => await crash.CountAsync("select count(*) from outbox where kind = 'revoke'") == 0);
        Assert.Equal(1, await crash.EventsAsync("account.deleted"));
        Assert.Equal(1, await crash.EventsAsync("credential.upstream_revoked"));
        crash.Deleted.Add("alice");
        await Invariants.HoldAsync(crash);
    }
}
