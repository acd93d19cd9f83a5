using System.Text.Json.Nodes;
using Behalf.Storage;
using Behalf.Tests.Catalog;
using Behalf.Tests.Support;

namespace Behalf.Tests.Accounts;

/// <summary>A toolkit's URL has a variable, and an account's value for it is gone or no longer of the form that the toolkit
/// asks for: nothing is sent anywhere, and nothing breaks.</summary>
public sealed class LostVariableTests
{
    [Theory, OnBothEngines]
    public async Task A_refresh_is_refused_with_a_sentence_or_put_off_and_works_once_the_value_is_back(string engine)
    {
        using var catalog = Catalog();
        await using var world = await CreateAsync(engine, catalog);
        var alice = await world.ConnectAsync("user_1", "alice", new { connection_data = new { node = "1" } });
        var good = await world.Server.Database.FindAsync<string>(RowScope.System, "select params from account", null, CancellationToken.None);
        var sent = world.Provider.Ledger.Requests.Count;
        foreach (var spoilt in (string[])["{}", """{"node":"1.evil.example"}"""])
        {
            await SetAsync(world, spoilt);
            var refused = (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{alice}/refresh")).Expect(409);
            Assert.Contains("node", refused.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("evil", refused.Text, StringComparison.Ordinal);
        }

        await world.Server.Clock.AdvanceAsync(TimeSpan.FromHours(2));
        Assert.NotEqual(500, (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Status);
        Assert.Equal((0, "ACTIVE"), (await world.Server.Database.FindAsync<int>(
            RowScope.System, "select count(*) from account_refresh where intent_at is not null", null, CancellationToken.None), await world.StatusAsync(alice)));
        Assert.Equal(sent, world.Provider.Ledger.Requests.Count);
        Assert.DoesNotContain(world.Server.Log.Lines, line => line.Contains("CatalogException", StringComparison.Ordinal));

        await SetAsync(world, good!);
        await world.Server.Clock.AdvanceAsync(TimeSpan.FromMinutes(6));
        (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{alice}/refresh")).Expect(200);
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200);
    }

    [Theory, OnBothEngines]
    public async Task An_account_ends_all_the_same_and_the_job_for_the_provider_waits(string engine)
    {
        using var catalog = Catalog();
        await using var world = await CreateAsync(engine, catalog);
        var alice = await world.ConnectAsync("user_1", "alice", new { connection_data = new { node = "1" } });
        var bob = await world.ConnectAsync("user_2", "bob", new { connection_data = new { node = "1" } });
        await SetAsync(world, "{}");
        (await world.Project.DeleteAsync($"/api/v3.1/connected_accounts/{alice}")).Expect(200);
        (await world.Project.GetAsync($"/api/v3.1/connected_accounts/{alice}")).Expect(404);
        (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{bob}/revoke")).Expect(200);
        Assert.Equal("REVOKED", await world.StatusAsync(bob));
        Assert.Equal(2, await world.Server.Database.FindAsync<int>(
            RowScope.System, "select count(*) from outbox where due_at > behalf_now()", null, CancellationToken.None));
    }

    private static TemporaryCatalog Catalog()
    {
        var catalog = new TemporaryCatalog();
        catalog.Change("sandbox/toolkit.json", "/variables", """
            [{ "name": "node", "title": "Node", "description": "Which of the provider's machines.", "pattern": "[0-9]{1,3}", "example": "1" }]
            """);
        return catalog;
    }

    private static Task<World> CreateAsync(string engine, TemporaryCatalog catalog) => World.CreateAsync(engine, options: new TestServerOptions
    {
        Adjust = settings =>
        {
            // An override takes no variables: the catalogue itself names the sandbox that runs.
            var overrides = JsonNode.Parse(File.ReadAllText(settings.ToolkitOverrides!))!;
            var running = new Uri(overrides["sandbox"]!["base_url"]!.GetValue<string>()).Authority;
            var file = Path.Combine(catalog.Folder, "sandbox", "toolkit.json");
            File.WriteAllText(file, File.ReadAllText(file).Replace("127.0.0.1:4010", running, StringComparison.Ordinal));
            foreach (var (place, path) in (ReadOnlySpan<(string, string)>)[("tokenUrl", "token"), ("revoke/url", "revoke")])
            {
                catalog.Change("sandbox/toolkit.json", "/auth/0/" + place, $"\"http://127.0.0.{{node}}:{running.Split(':')[1]}/oauth/{path}\"");
            }

            return settings with { Toolkits = catalog.Folder, ToolkitOverrides = null };
        },
    });

    private static Task<int> SetAsync(World world, string variables) => world.Server.Database.WriteAsync(
        RowScope.System, session => session.ExecuteAsync("update account set params = @variables", new { variables }), CancellationToken.None);
}
