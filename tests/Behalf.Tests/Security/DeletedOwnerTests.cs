using Behalf.Sandbox.Provider;
using Behalf.Storage;
using Behalf.Tests.Support;

namespace Behalf.Tests.Security;

/// <summary>A user or a project is deleted while the provider is away: here everything is over at once, and the provider
/// hears of it when it answers again.</summary>
public sealed class DeletedOwnerTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, OnBothEngines]
    public async Task The_tokens_of_a_deleted_user_are_taken_back_when_the_provider_answers_again(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        await world.ConnectAsync("user_1", "alice");
        await world.ConnectAsync("user_1", "bob", new { alias = "second" });
        world.Provider.Faults.Add(Step.Revoke, FaultKind.Status503, 3);
        Assert.Equal(2, (await world.Project.DeleteAsync("/api/v3.1/users/user_1")).Expect(200).Json.GetProperty("deleted_connected_accounts").GetInt32());
        Assert.Equal(400, (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Status);
        await HeardAsync(world);
        Assert.Equal(0, await CountAsync(world, "outbox"));
        Assert.Equal(0, await CountAsync(world, "secret where kind = 1"));
    }

    [Theory, OnBothEngines]
    public async Task Of_a_deleted_project_only_what_takes_its_tokens_back_is_left_and_goes_with_the_last_of_them(string engine)
    {
        const int Users = 6;
        await using var world = await World.CreateAsync(engine);
        for (var i = 0; i < Users; i++)
        {
            await world.ConnectAsync($"user_{i}", i % 2 == 0 ? "alice" : "bob");
        }

        world.Provider.Faults.Add(Step.Revoke, FaultKind.Status503, Users + 2);
        var project = (await world.Project.GetAsync("/api/v3.1/project")).Json.GetProperty("id").GetString();
        using var admin = world.Server.Client(world.Server.AdminKey);
        (await admin.DeleteAsync($"/api/v3.1/org/owner/project/{project}")).Expect(200);
        (await world.Project.GetAsync("/api/v3.1/project")).Expect(401);
        Assert.Equal(Users, world.Provider.Ledger.LiveFamilies.Count);
        foreach (var table in (string[])["project", "api_key", "app_user", "account", "account_refresh", "auth_config", "flow", "locator"])
        {
            Assert.Equal(0, await CountAsync(world, table));
        }

        foreach (var table in (string[])["secret", "data_key"])
        {
            Assert.Equal((Users, 0), (
                await CountAsync(world, table), await CountAsync(world, $"{table} where owner_id not in (select job_id from outbox)")));
        }

        await HeardAsync(world);
        foreach (var table in (string[])["outbox", "secret", "data_key", "project_key"])
        {
            await Eventually.HoldsAsync(async () => await CountAsync(world, table) == 0);
        }

        Assert.Equal(Users, await CountAsync(world, "audit_event where action = 'credential.upstream_revoked' and outcome = 'success'"));
    }

    private static async Task HeardAsync(World world)
    {
        Assert.NotEmpty(world.Provider.Ledger.LiveFamilies);
        await Eventually.HoldsAsync(async () =>
        {
            await world.Server.Clock.AdvanceAsync(TimeSpan.FromMinutes(2));
            return world.Provider.Ledger.LiveFamilies.Count == 0 && await CountAsync(world, "outbox") == 0;
        });
    }

    private static Task<int> CountAsync(World world, string table) =>
        world.Server.Database.FindAsync<int>(RowScope.System, $"select count(*) from {table}", null, None);
}
