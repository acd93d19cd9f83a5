using Behalf.Sandbox.Provider;
using Behalf.Storage;
using Behalf.Tests.Catalog;
using Behalf.Tests.Support;

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
    }
}
