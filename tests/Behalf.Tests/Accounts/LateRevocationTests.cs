using Behalf.Accounts.Revocation;
using Behalf.Sandbox.Provider;
using Behalf.Storage;
using Behalf.Tests.Catalog;
using Behalf.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Behalf.Tests.Accounts;

/// <summary>A provider whose revocation ends all that a person gave an app, and which hears of one late.</summary>
public sealed class LateRevocationTests
{
    [Theory, OnBothEngines]
    public async Task A_revocation_that_comes_late_does_not_end_what_was_connected_since(string engine)
    {
        using var catalog = new TemporaryCatalog();
        var toolkit = Path.Combine("sandbox", "toolkit.json");
        catalog.Write(toolkit, (await File.ReadAllTextAsync(Path.Combine(catalog.Folder, toolkit)))
            .Replace("\"reach\": \"token\"", "\"reach\": \"grant\"", StringComparison.Ordinal));
        await using var world = await World.CreateAsync(
            engine,
            new ProviderModes { RevokeReach = RevokeReach.Grant },
            options: new TestServerOptions { Adjust = settings => settings with { Toolkits = catalog.Folder } });
        var account = await world.ConnectAsync("user_1", "alice");
        world.Provider.Faults.Add(Step.Revoke, FaultKind.Status503);
        (await world.Project.DeleteAsync($"/api/v3.1/connected_accounts/{account}")).Expect(200);
        await world.ConnectAsync("user_1", "alice");
        await Eventually.HoldsAsync(async () =>
        {
            await world.Server.Clock.AdvanceAsync(TimeSpan.FromSeconds(30));
            return 0 == await world.Server.Database.FindAsync<int>(RowScope.System, "select count(*) from outbox", null, CancellationToken.None);
        });
        Assert.True((await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200).Json.GetProperty("successful").GetBoolean());
        Assert.Equal(1, world.Provider.Ledger.Requests.Count(request => request.Step == Step.Revoke));
        Assert.Equal("""{"reason":"nothing_taken_back"}""", await world.Server.Database.FindAsync<string>(
            RowScope.System, "select detail from audit_event where action = 'credential.upstream_revoked'", null, CancellationToken.None));
    }

    [Theory, OnBothEngines]
    public async Task While_the_key_is_away_a_revocation_uses_up_none_of_its_tries(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var account = await world.ConnectAsync("user_1", "alice");
        world.Provider.Faults.Add(Step.Revoke, FaultKind.Status503);
        (await world.Project.DeleteAsync($"/api/v3.1/connected_accounts/{account}")).Expect(200);
        await world.StopServerAsync();
        await world.StartServerAsync();
        var keys = Path.Combine(world.Server.Data, "keys.json");
        File.Move(keys, keys + ".away");
        for (var i = 0; i < 20; i++)
        {
            await world.Server.Clock.AdvanceAsync(TimeSpan.FromSeconds(70));
            await world.Server.Services.GetRequiredService<RevokeUpstream>().RunOnceAsync(CancellationToken.None);
        }

        await Eventually.HoldsAsync(async () => 1 == await world.Server.Database.FindAsync<int>(
            RowScope.System, "select attempt from outbox", null, CancellationToken.None));

        // What is left of the tries is enough for one more that fails.
        world.Provider.Faults.Add(Step.Revoke, FaultKind.Status503);
        File.Move(keys + ".away", keys);
        await Eventually.HoldsAsync(async () =>
        {
            await world.Server.Clock.AdvanceAsync(TimeSpan.FromSeconds(30));
            return world.Provider.Ledger.LiveFamiliesOf("alice").Count == 0;
        });
    }
}
