using Behalf.Sandbox.Provider;
using Behalf.Storage;
using Behalf.Tests.Support;

namespace Behalf.Tests.Accounts;

/// <summary>A token that was won for an account that is gone, a provider that does not take it back, and a project's key that is
/// replaced and destroyed between the sealing of the job and its storing.</summary>
public sealed class OrphanTokenTests
{
    [Theory]
    [InlineData(1, """{"upstream":"queued"}""")]
    [InlineData(int.MaxValue, null)]
    public async Task A_key_that_is_replaced_meanwhile_costs_the_job_another_try_and_never_the_event(int conflicts, string? detail)
    {
        await using var world = await World.CreateAsync("postgres");
        var alice = await world.ConnectAsync("user_1", "alice");
        world.Provider.Hold.Close(Step.Refresh);
        var refreshing = world.Project.PostAsync($"/api/v3.1/connected_accounts/{alice}/refresh", new { });
        await Eventually.HoldsAsync(() => world.Provider.Hold.Waiting == 1);
        (await world.Project.DeleteAsync($"/api/v3.1/connected_accounts/{alice}?revoke_on_delete=false")).Expect(200);

        // A sequence counts on when its transaction is undone.
        await PostgresCluster.ExecuteAsSuperuserAsync(world.Server.DatabaseAddress, $"""
            create sequence conflicts;
            create function replace_key() returns trigger language plpgsql security definer as $$ begin
              if nextval('conflicts') <= {conflicts} then update project_key set generation = generation + 1; end if;
              return new;
            end $$;
            create trigger replace_key before insert on outbox for each row execute function replace_key()
            """);
        world.Provider.Faults.Add(Step.Revoke, FaultKind.Status503);
        world.Provider.Hold.Open(Step.Refresh);
        await refreshing;
        Assert.Empty(world.Server.Log.Lines.Where(line => line.Contains("broke", StringComparison.Ordinal)));
        var events = await world.Server.Database.QueryAsync<string?>(
            RowScope.System, "select detail from audit_event where action = 'credential.orphan_revoked'", null, CancellationToken.None);
        Assert.Equal(detail, Assert.Single(events));
    }
}
