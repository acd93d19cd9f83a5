using System.Collections.Concurrent;
using System.Diagnostics;
using Behalf.Tests.Support;

namespace Behalf.Tests.Chaos;

/// <summary>Accounts are deleted on one node while agents call with them on two, or on the only one: from the answer on, no call
/// succeeds anywhere.</summary>
public sealed class RevocationRaceTests
{
    private const int CallersOfEach = 4;
    private const int AtOnce = 4;

    [Theory, OnBothEngines]
    public async Task No_call_that_began_after_a_deletion_was_answered_succeeds_on_any_node(string engine)
    {
        var races = ChaosSize.Of(40, 1_000, 10_000);
        await using var world = await OwnSandbox.StartAsync(engine);
        await using var other = engine == "postgres"
            ? await TestServer.StartAsync(engine, world.Server.Options with { Data = world.Server.Data, Database = world.Server.DatabaseAddress })
            : null;
        using var there = (other ?? world.Server).Client(world.Project.Key);
        await KeyAccounts.CreateAsync(world, races);
        var (late, before) = (new ConcurrentBag<string>(), 0);
        await Parallel.ForAsync(0, races, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (race, _) =>
        {
            var gone = long.MaxValue;
            var callers = Enumerable.Range(0, CallersOfEach).Select(async caller =>
            {
                for (var after = 0; after < 2;)
                {
                    var began = Stopwatch.GetTimestamp();
                    var isAfter = began > Volatile.Read(ref gone);
                    var objection = await KeyAccounts.ObjectionAsync(caller % 2 == 0 ? world.Project : there, race);
                    after += isAfter ? 1 : 0;
                    if (objection is null && isAfter)
                    {
                        late.Add($"user_{race}");
                    }
                    else if (objection is null)
                    {
                        Interlocked.Increment(ref before);
                    }
                }
            }).ToArray();
            var account = (await world.Project.GetAsync($"/api/v3.1/connected_accounts?user_ids=user_{race}")).Expect(200).Json.GetProperty("items")[0].GetProperty("id").GetString();
            (await world.Project.DeleteAsync($"/api/v3.1/connected_accounts/{account}")).Expect(200);
            Volatile.Write(ref gone, Stopwatch.GetTimestamp());
            await Task.WhenAll(callers);
        });
        Assert.Empty(late);
        Assert.True(before > races / 2, "Hardly any call came before its deletion.");
    }
}
