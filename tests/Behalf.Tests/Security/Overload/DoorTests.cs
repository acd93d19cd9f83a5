using System.Runtime.ExceptionServices;
using Behalf.Projects.Limits;
using Behalf.Sandbox.Provider;
using Behalf.Tests.Support;

namespace Behalf.Tests.Security.Overload;

/// <summary>What is refused because there is too much is refused before anything is thrown: a throw through all layers costs more
/// than a call, and the server would do nothing else.</summary>
public sealed class DoorTests
{
    // Numbers that nobody else's refusals name.
    private const int Calls = 7;
    private const int PerMinute = 1237;

    [Fact]
    public async Task A_call_that_finds_no_place_costs_no_throw()
    {
        await using var world = await World.CreateAsync("sqlite", options: new TestServerOptions
        {
            Adjust = settings => settings with { Crowds = new CrowdSettings { Calls = 16, CallsPerProject = Calls, Waiting = 0 } },
        });
        var account = await world.ConnectAsync("user_1", "alice");
        world.Provider.Hold.Close(Step.Api);
        var running = Enumerable.Range(0, Calls).Select(_ => world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).ToList();
        await Eventually.HoldsAsync(() => world.Provider.Hold.Waiting == Calls);
        var thrown = await ThrownAsync($"has {Calls} requests", async () =>
        {
            var refused = (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(429);
            Assert.Equal(("RateLimit_TooManyAtOnce", "1"), (refused.Slug, refused.Headers["Retry-After"]));
            Assert.Contains($"has {Calls} requests", refused.Text, StringComparison.Ordinal);
            (await world.Project.PostAsync("/api/v3.1/tools/execute/proxy", new { connected_account_id = account, endpoint = "/api/me", method = "GET" })).Expect(429);
        });
        Assert.Equal(0, thrown);
        world.Provider.Hold.Open(Step.Api);
        Assert.All(await Task.WhenAll(running), answer => answer.Expect(200));
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200);
    }

    [Fact]
    public async Task A_key_that_asks_too_often_costs_no_throw()
    {
        await using var world = await World.CreateAsync("sqlite", options: new TestServerOptions
        {
            Adjust = settings => settings with { Rates = settings.Rates with { PerKey = PerMinute } },
        });
        var limited = false;
        var thrown = await ThrownAsync($"{PerMinute} requests per minute", async () =>
        {
            for (var i = 0; i < 2 * PerMinute && !limited; i++)
            {
                var answer = await world.Project.GetAsync("/api/v3.1/tools/SANDBOX_GET_ME");
                limited = answer.Status == 429 && answer.Headers.ContainsKey("Retry-After");
            }
        });
        Assert.True(limited);
        Assert.Equal(0, thrown);
    }

    [Fact]
    public async Task What_is_thrown_is_counted()
    {
        var thrown = await ThrownAsync("the control", static () => Assert.ThrowsAsync<Problem>(static () =>
            Task.FromException(new Problem(Refusal.NotFound, "This is the control."))));
        Assert.Equal(1, thrown);
    }

    private static async Task<int> ThrownAsync(string words, Func<Task> work)
    {
        var thrown = 0;
        EventHandler<FirstChanceExceptionEventArgs> count = (_, e) =>
        {
            if (e.Exception is Problem problem && problem.Message.Contains(words, StringComparison.Ordinal))
            {
                Interlocked.Increment(ref thrown);
            }
        };
        AppDomain.CurrentDomain.FirstChanceException += count;
        try
        {
            await work();
        }
        finally
        {
            AppDomain.CurrentDomain.FirstChanceException -= count;
        }

        return thrown;
    }
}
