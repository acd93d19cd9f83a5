using Behalf.Sandbox.Provider;
using Behalf.Storage;
using Behalf.Tests.Support;

namespace Behalf.Tests.Accounts;

/// <summary>What is due is renewed, whoever else is being waited for.</summary>
public sealed class RefreshSweepTests
{
    [Theory]
    [InlineData("sqlite", "null")]
    [InlineData("postgres", "null")]
    [InlineData("sqlite", "1")]
    [InlineData("postgres", "1")]
    public async Task A_refresh_that_hangs_holds_up_neither_what_comes_due_nor_what_is_unresolved(string engine, string intent)
    {
        await using var world = await World.CreateAsync(engine);
        await world.ConnectAsync("user_1", "alice");
        await world.ConnectAsync("user_2", "bob");
        var hold = world.Provider.Hold;
        hold.Close(Step.Refresh);
        try
        {
            await DueAsync(world, "user_1", "null");
            await Eventually.HoldsAsync(() => hold.Waiting == 1);
            await DueAsync(world, "user_2", intent);
            await Eventually.HoldsAsync(() => hold.Waiting == 2);
        }
        finally
        {
            hold.Open(Step.Refresh);
        }

        await Eventually.HoldsAsync(() => world.Provider.Ledger.Refreshes == 2);
    }

    private static Task<int> DueAsync(World world, string user, string intent) => world.Server.Database.WriteAsync(
        RowScope.System,
        s => s.ExecuteAsync(
            $"""
            update account_refresh set due_at = 0, last_used_at = behalf_now(), intent_at = {intent}
            where account_id = (select account_id from account where external_user = '{user}')
            """,
            null),
        CancellationToken.None);
}
