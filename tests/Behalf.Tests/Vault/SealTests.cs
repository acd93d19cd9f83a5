using Behalf.Accounts.Refresh;
using Behalf.Keys;
using Behalf.Storage;
using Behalf.Tests.Support;
using Behalf.Vault;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Behalf.Tests.Vault;

/// <summary>The operator's emergency stop.</summary>
public sealed class SealTests
{
    private static CancellationToken None => CancellationToken.None;

    [Theory, OnBothEngines]
    public async Task A_sealed_server_opens_nothing_from_the_next_call_on_through_restarts_until_it_is_unsealed(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var account = await world.ConnectAsync("user_1", "alice");
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200);

        Assert.Contains("sealed", await RunAsync(world, "seal", "--because", "a drill"), StringComparison.Ordinal);
        var sent = world.Provider.Ledger.Requests.Count;
        await AssertSealedAsync(world);
        Assert.Contains("already", await RunAsync(world, "seal"), StringComparison.Ordinal);

        await world.StopServerAsync();
        await world.StartServerAsync();
        await AssertSealedAsync(world);
        await AssertReadyAsync(world.Server, """{"status":"sealed","by":"operator"}""");

        // What needs no key goes on: an incident is worked on with the list, the trail, and taking keys and accounts away.
        (await world.Project.GetAsync($"/api/v3.1/connected_accounts/{account}")).Expect(200);
        (await world.Project.PatchAsync($"/api/v3.1/connected_accounts/{account}/status", new { enabled = false })).Expect(200);
        (await world.Project.PatchAsync($"/api/v3.1/connected_accounts/{account}/status", new { enabled = true })).Expect(200);
        (await world.Server.Client(world.Server.AdminKey).PostAsync("/api/v3.1/org/owner/project/new", new { name = "Late" })).Expect(503);
        Assert.Equal(sent, world.Provider.Ledger.Requests.Count);

        Assert.Contains("unsealed", await RunAsync(world, "unseal"), StringComparison.Ordinal);
        await AssertReadyAsync(world.Server, """{"status":"ready"}""");
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200);
        await AssertToldAsync(world);
    }

    [Fact]
    public async Task A_node_that_has_not_noticed_yet_refuses_all_the_same()
    {
        await using var world = await World.CreateAsync("postgres");
        await world.ConnectAsync("user_1", "alice");
        await using var other = await TestServer.StartAsync("postgres", world.Server.Options with
        {
            Database = world.Server.DatabaseAddress,
            Configure = builder => builder.Services.Remove(builder.Services.Single(service => service.ImplementationType == typeof(WatchSeal))),
        });
        using var there = other.Client(world.Project.Key);
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1", with: there)).Expect(200);

        Assert.True(await SealOf(world.Server).SealAsync(null, None));
        Assert.False(other.Services.GetRequiredService<ProjectKeys>().Sealed);
        Assert.Equal("Server_Sealed", (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1", with: there)).Expect(503).Slug);
        Assert.True(await SealOf(world.Server).UnsealAsync(null, None));
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1", with: there)).Expect(200);
    }

    [Fact]
    public async Task Every_node_forgets_its_keys_without_being_asked()
    {
        await using var world = await World.CreateAsync("postgres");
        await world.ConnectAsync("user_1", "alice");
        await using var other = await world.StartNodeAsync();
        using var there = other.Client(world.Project.Key);
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1", with: there)).Expect(200);
        var keys = other.Services.GetRequiredService<ProjectKeys>();
        var (project, known) = await KnownAsync(world, keys);

        await SealOf(world.Server).SealAsync(null, None);
        await Eventually.HoldsAsync(() => keys.Sealed);
        Assert.True(ProjectKeysTests.IsZeroed(known));
        await Assert.ThrowsAsync<Problem>(async () => await keys.RentAsync(project, 1, None));
        await AssertReadyAsync(other, """{"status":"sealed","by":"operator"}""");
        await SealOf(world.Server).UnsealAsync(null, None);
        await Eventually.HoldsAsync(async () => (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1", with: there)).Status == 200);
    }

    [Fact]
    public async Task The_seal_comes_before_every_other_word_about_a_call()
    {
        await using var world = await OwnSandbox.StartAsync("sqlite");
        await SealOf(world.Server).SealAsync(null, None);
        Assert.Equal("Server_Sealed", (await ForNobodyAsync()).Expect(503).Slug);
        await SealOf(world.Server).UnsealAsync(null, None);
        (await ForNobodyAsync()).Expect(400);

        Task<Answer> ForNobodyAsync() =>
            world.Project.PostAsync($"/api/v3.1/tools/execute/{OwnSandbox.Tool}", new { arguments = new { } });
    }

    [Theory, OnBothEngines]
    public async Task An_account_is_deleted_on_a_sealed_server_where_its_tokens_need_not_be_taken_back(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var account = await world.ConnectAsync("user_1", "alice");
        await SealOf(world.Server).SealAsync(null, None);

        // Without the key there is no telling the provider which tokens: nothing of it is done by halves.
        Assert.Equal("Server_Sealed", (await world.Project.DeleteAsync($"/api/v3.1/connected_accounts/{account}")).Expect(503).Slug);
        (await world.Project.GetAsync($"/api/v3.1/connected_accounts/{account}")).Expect(200);
        (await world.Project.DeleteAsync($"/api/v3.1/connected_accounts/{account}?revoke_on_delete=false")).Expect(200);
        (await world.Project.GetAsync($"/api/v3.1/connected_accounts/{account}")).Expect(404);
    }

    [Theory, OnBothEngines]
    public async Task No_refresh_is_begun_that_could_not_be_ended(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        await world.ConnectAsync("user_1", "alice");
        await SealOf(world.Server).SealAsync(null, None);
        await world.Server.Clock.AdvanceAsync(TimeSpan.FromHours(2));
        Assert.Equal(0, await world.Server.Services.GetRequiredService<RefreshSweep>().RunOnceAsync(None));
        var sent = world.Provider.Ledger.Requests.Count;
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(503);
        Assert.Equal(sent, world.Provider.Ledger.Requests.Count);

        await SealOf(world.Server).UnsealAsync(null, None);
        await Eventually.HoldsAsync(async () => (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Status == 200);
    }

    [Theory, OnBothEngines]
    public async Task A_refresh_that_found_no_key_is_made_as_soon_as_the_key_is_back(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        await world.ConnectAsync("user_1", "alice");
        await world.StopServerAsync();
        await world.StartServerAsync();
        var keys = Path.Combine(world.Server.Data, "keys.json");
        File.Move(keys, keys + ".away");
        await world.Server.Clock.AdvanceAsync(TimeSpan.FromHours(2));
        var refused = (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(503);
        Assert.Equal("Server_Sealed", refused.Slug);
        Assert.Equal(0, await world.Server.Database.FindAsync<int>(
            RowScope.System, "select count(*) from account_refresh where intent_at is not null or attempt <> 0", null, None));
        File.Move(keys + ".away", keys);
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200);
    }

    private static async Task<(Id<IdKinds.Project> Project, SealingKey Key)> KnownAsync(World world, ProjectKeys keys)
    {
        var project = await Audit.AuditRoutesTests.ProjectOfAsync(world.Project);
        using var lease = await keys.RentAsync(project, 1, None);
        Assert.False(ProjectKeysTests.IsZeroed(lease.Key));
        return (project, lease.Key);
    }

    private static async Task AssertSealedAsync(World world)
    {
        var refused = (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(503);
        Assert.Equal("Server_Sealed", refused.Slug);
        Assert.Equal("30", refused.Headers["Retry-After"]);
        Assert.Contains("The operator has sealed", refused.Text, StringComparison.Ordinal);
    }

    private static Task AssertReadyAsync(TestServer server, string text) => Eventually.HoldsAsync(async () =>
    {
        using var probe = server.Client();
        return (await probe.GetAsync("/health/ready")).Text == text;
    });

    private static async Task AssertToldAsync(World world)
    {
        var events = (await world.Project.GetAsync("/api/v3.1/audit/events?limit=100")).Expect(200).Text;
        Assert.Contains("deployment.sealed", events, StringComparison.Ordinal);
        Assert.Contains("a drill", events, StringComparison.Ordinal);
        Assert.Contains("deployment.unsealed", events, StringComparison.Ordinal);
        Assert.True((await world.Project.GetAsync("/api/v3.1/audit/verify")).Expect(200).Json.GetProperty("valid").GetBoolean());
    }

    private static Seal SealOf(TestServer server) => server.Services.GetRequiredService<Seal>();

    private static async Task<string> RunAsync(World world, params string[] arguments)
    {
        var (exit, output, errors) = await ServerProcess.RunAsync(arguments, new Dictionary<string, string>
        {
            ["BEHALF_DATA"] = world.Server.Data,
            ["BEHALF_DATABASE"] = world.Server.DatabaseAddress,
            ["BEHALF_TOOLKITS"] = Repository.Toolkits,
        });
        Assert.True(exit == 0, errors + output);
        return output;
    }
}
