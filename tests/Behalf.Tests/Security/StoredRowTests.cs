using Behalf.Storage;
using Behalf.Tests.Support;

namespace Behalf.Tests.Security;

/// <summary>Somebody writes into the database: a row that is not where it was put does not open, and the trail tells.</summary>
public sealed class StoredRowTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, OnBothEngines]
    public async Task A9_a_credential_copied_onto_another_account_does_not_open(string engine) =>
        await AssertIntegrityAsync(engine, async (world, alice, bob) =>
        {
            var rows = await world.Server.Database.QueryAsync<Row>(
                RowScope.System, "select s.owner_id, s.ciphertext, d.wrapped from secret s join data_key d on d.project_id = s.project_id and d.owner_id = s.owner_id where s.kind = 1", null, None);
            var bobs = rows.Single(r => r.OwnerId.SequenceEqual(bob));
            await WriteAsync(world, "update secret set ciphertext = @Ciphertext where owner_id = @alice", new { bobs.Ciphertext, alice });
            await WriteAsync(world, "update data_key set wrapped = @Wrapped where owner_id = @alice", new { bobs.Wrapped, alice });
        });

    [Theory, OnBothEngines]
    public async Task A9_one_flipped_bit_does_not_open(string engine) =>
        await AssertIntegrityAsync(engine, async (world, alice, _) =>
        {
            var row = (await world.Server.Database.QueryAsync<Row>(
                RowScope.System, "select owner_id, ciphertext, ciphertext as wrapped from secret where kind = 1", null, None)).Single(r => r.OwnerId.SequenceEqual(alice));
            row.Ciphertext[^20] ^= 1;
            await WriteAsync(world, "update secret set ciphertext = @Ciphertext where owner_id = @alice", new { row.Ciphertext, alice });
        });

    [Theory, OnBothEngines]
    public async Task A9_an_older_credential_put_back_does_not_open(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var account = await world.ConnectAsync("user_1", "alice");
        var old = (await world.Server.Database.QueryAsync<Row>(
            RowScope.System, "select owner_id, ciphertext, ciphertext as wrapped from secret where kind = 1", null, None)).Single();
        (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{account}/refresh", new { })).Expect(200);
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200);
        await WriteAsync(world, "update secret set ciphertext = @Ciphertext where owner_id = @OwnerId", old);
        Assert.Equal("credential_integrity", (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(409).Slug);
    }

    private static async Task AssertIntegrityAsync(string engine, Func<World, byte[], byte[], Task> tamper)
    {
        await using var world = await World.CreateAsync(engine);
        var alice = await world.ConnectAsync("user_1", "alice");
        var bob = await world.ConnectAsync("user_2", "bob");
        Assert.True(Id<IdKinds.Account>.TryParse(alice, out var a) && Id<IdKinds.Account>.TryParse(bob, out _));
        Assert.True(Id<IdKinds.Account>.TryParse(bob, out var b));
        await tamper(world, a.ToBytes(), b.ToBytes());
        var before = world.Provider.Ledger.Requests.Count;
        Assert.Equal("credential_integrity", (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(409).Slug);
        Assert.Equal(before, world.Provider.Ledger.Requests.Count);
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_2")).Expect(200);
        var told = (await world.Project.GetAsync("/api/v3.1/audit/events?action=credential.integrity_failure")).Expect(200).Json;
        Assert.Equal(1, told.GetProperty("total_items").GetInt32());
    }

    private static Task<int> WriteAsync(World world, string sql, object args) =>
        world.Server.Database.WriteAsync(RowScope.System, s => s.ExecuteAsync(sql, args), None);

    private sealed record Row
    {
        public required byte[] OwnerId { get; init; }

        public required byte[] Ciphertext { get; init; }

        public required byte[] Wrapped { get; init; }
    }
}
