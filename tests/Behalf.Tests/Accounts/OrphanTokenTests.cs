using Behalf.Sandbox.Provider;
using Behalf.Storage;
using Behalf.Tests.Support;

namespace Behalf.Tests.Accounts;

/// <summary>Tokens that were won and do not come into an account.</summary>
public sealed class OrphanTokenTests
{
    /// <summary>Where the provider does not take back what was won for an account that is gone, and the project's key is replaced and
    /// destroyed between the sealing of the job and its storing.</summary>
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

    [Theory, OnBothEngines]
    public async Task A_connection_that_took_so_long_that_its_tokens_are_being_taken_back_is_none(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var (link, account) = await world.LinkAsync("user_1");
        using var browser = new TestBrowser();
        var callback = await browser.ConsentAsync(await browser.ContinueAsync(link), "alice");
        world.Provider.Hold.Close(Step.Api);
        var connecting = browser.OpenAsync(callback);
        await Eventually.HoldsAsync(() => world.Provider.Hold.Waiting == 1);

        // As when another node has begun with the job.
        Assert.Equal(1, await world.Server.Database.WriteAsync(
            RowScope.System, session => session.ExecuteAsync("update outbox set attempt = 1 where kind = 'revoke'", null), CancellationToken.None));
        world.Provider.Hold.Open(Step.Api);
        Assert.Equal("expired", (await connecting).Reason);
        Assert.NotEqual("ACTIVE", await world.StatusAsync(account));
        Assert.Empty(world.Provider.Ledger.LiveFamiliesOf("alice"));
    }

    [Theory, OnBothEngines]
    public async Task A_connection_leaves_no_job_that_would_take_its_tokens_back(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        await world.ConnectAsync("user_1", "alice");
        Assert.Equal(0, await world.Server.Database.FindAsync<int>(
            RowScope.System, "select count(*) from outbox where kind = 'revoke'", null, CancellationToken.None));
    }
}
