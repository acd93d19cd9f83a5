using Behalf.Keys;
using Behalf.Storage;
using Behalf.Tests.Support;
using Behalf.Vault;
using Microsoft.Extensions.DependencyInjection;

namespace Behalf.Tests.Security;

/// <summary>A28: deleted is deleted, also for whoever has yesterday's backup.</summary>
public sealed class DeletedAccountTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    public static TheoryData<string, string> Deletions => new MatrixTheoryData<string, string>(["sqlite", "postgres"], ["account", "user", "project"]);

    [Theory, OnBothEngines]
    public async Task Of_a_deleted_account_no_secret_and_no_key_is_left_in_the_database(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var account = await world.ConnectAsync("user_1", "alice");
        var kept = await world.ConnectAsync("user_2", "bob");
        Assert.True(Id<IdKinds.Account>.TryParse(account, out var id));
        (await world.Project.DeleteAsync($"/api/v3.1/connected_accounts/{account}?revoke_on_delete=false")).Expect(200);
        foreach (var table in (string[])["secret", "data_key"])
        {
            Assert.Equal(0, await world.Server.Database.FindAsync<int>(
                RowScope.System, $"select count(*) from {table} where owner_id = @id", new { id = id.ToBytes() }, None));
        }

        Assert.Equal(400, (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Status);
        Assert.Equal("ACTIVE", await world.StatusAsync(kept));
    }

    [Theory]
    [MemberData(nameof(Deletions))]
    public async Task Yesterdays_backup_holds_tokens_that_the_provider_has_taken_back(string engine, string deleted)
    {
        await using var world = await World.CreateAsync(engine);
        var account = await world.ConnectAsync("user_1", "alice");
        var project = (await world.Project.GetAsync("/api/v3.1/project")).Json.GetProperty("id").GetString();
        var yesterday = await BackupAsync(world, engine);
        using var admin = world.Server.Client(world.Server.AdminKey);
        (await (deleted switch
        {
            "account" => world.Project.DeleteAsync($"/api/v3.1/connected_accounts/{account}"),
            "user" => world.Project.DeleteAsync("/api/v3.1/users/user_1"),
            _ => admin.DeleteAsync($"/api/v3.1/org/owner/project/{project}"),
        })).Expect(200);
        for (var i = 0; i < 100 && world.Provider.Ledger.LiveFamiliesOf("alice").Count > 0; i++)
        {
            await Task.Delay(100);
        }

        Assert.Empty(world.Provider.Ledger.LiveFamiliesOf("alice"));
        var before = world.Provider.Ledger.CallsOf("alice").Count;
        await using var restored = await TestServer.StartAsync(engine, world.Server.Options with { Database = yesterday });
        using var caller = restored.Client(world.Project.Key);
        Assert.Equal("ActionExecute_ConnectedAccountExpired", (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1", with: caller)).Expect(400).Slug);
        Assert.Equal(before, world.Provider.Ledger.CallsOf("alice").Count);
    }

    /// <summary>Where the provider takes nothing back, the key that wrapped yesterday's keys must go.</summary>
    [Theory, OnBothEngines]
    public async Task Once_the_key_of_that_day_is_deleted_from_the_key_file_yesterdays_backup_does_not_open(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var account = await world.ConnectAsync("user_1", "alice");
        await world.ConnectAsync("user_2", "bob");
        var yesterday = await BackupAsync(world, engine);
        (await world.Project.DeleteAsync($"/api/v3.1/connected_accounts/{account}?revoke_on_delete=false")).Expect(200);
        var file = world.Server.Services.GetRequiredService<KeyProviders>().File!;
        var old = Assert.Single(file.List()).Id;
        await file.AddPrimaryAsync(None);
        Assert.Equal(0, (await world.Server.Services.GetRequiredService<RewrapProjectKeys>().RunAsync(100, None)).Broken);
        await file.DisableAsync(old, None);
        await file.DeleteAsync(old, None);

        await using var restored = await TestServer.StartAsync(engine, world.Server.Options with { Database = yesterday });
        using var project = restored.Client(world.Project.Key);
        var before = world.Provider.Ledger.Requests.Count;
        Assert.Equal("key_destroyed", (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1", with: project)).Expect(409).Slug);
        Assert.Equal(before, world.Provider.Ledger.Requests.Count);

        // Today's database goes on with today's key.
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_2")).Expect(200);
    }

    /// <summary>The database as it is now, beside it.</summary>
    private static async Task<string> BackupAsync(World world, string engine)
    {
        await world.StopServerAsync();
        var address = world.Server.DatabaseAddress;
        string copy;
        if (engine == "postgres")
        {
            copy = await (await PostgresCluster.GetAsync()).CopyDatabaseAsync(address);
        }
        else
        {
            copy = address + ".yesterday";
            File.Copy(address, copy);
            Assert.False(File.Exists(address + "-wal"), "A stopped server leaves no log behind.");
        }

        await world.StartServerAsync();
        return copy;
    }
}
