using Behalf.Storage;
using Behalf.Tests.Support;

namespace Behalf.Tests.Gateway.Entities;

/// <summary>Puts accounts into states that take long or a failing provider to come about.</summary>
internal static class AccountStates
{
    public static Task SetAsync(World world, string account, short status)
    {
        Assert.True(Id<IdKinds.Account>.TryParse(account, out var id));
        return world.Server.Database.WriteAsync(
            RowScope.System,
            session => session.ExecuteAsync("update account set status = @status where account_id = @id", new { status, id }),
            CancellationToken.None);
    }
}
