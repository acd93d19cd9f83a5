using Behalf.Accounts.Refresh;
using Behalf.Sandbox.Provider;
using Behalf.Storage;
using Behalf.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Behalf.Tests.Accounts;

/// <summary>What a user takes back at the provider is noticed within a day, although nobody uses the account and nothing of it
/// is ever renewed.</summary>
public sealed class IdleProbeTests
{
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    [Theory, OnBothEngines]
    public async Task An_idle_account_that_was_revoked_is_expired_within_a_day_with_one_event(string engine)
    {
        await using var world = await World.CreateAsync(engine, WithoutExpiry);
        var (alice, bob) = (await world.ConnectAsync("user_1", "alice"), await world.ConnectAsync("user_2", "bob"));
        world.Provider.RevokeUser("alice");
        await world.Server.Clock.AdvanceAsync(Day);
        await Eventually.HoldsAsync(async () => await world.StatusAsync(alice) == "EXPIRED");
        var account = (await world.Project.GetAsync($"/api/v3.1/connected_accounts/{alice}")).Json;
        Assert.Contains("revoked_upstream", account.GetProperty("status_reason").GetString(), StringComparison.Ordinal);
        Assert.Equal("ACTIVE", await world.StatusAsync(bob));
        await world.Server.Clock.AdvanceAsync(Day);
        await Eventually.HoldsAsync(() => ProbesOf(world, "bob") == 2);
        var events = (await world.Project.GetAsync("/api/v3.1/audit/events?action=account.expired")).Expect(200).Json.GetProperty("items");
        Assert.Equal(1, events.GetArrayLength());
        Assert.Equal("system", events[0].GetProperty("actor_kind").GetString());
    }

    [Theory, OnBothEngines]
    public async Task No_account_is_asked_about_twice_a_day_and_one_in_use_not_at_all(string engine)
    {
        await using var world = await World.CreateAsync(engine, WithoutExpiry);
        await world.ConnectAsync("user_1", "alice");
        await world.ConnectAsync("user_2", "bob");
        var before = (Alice: ProbesOf(world, "alice"), Bob: ProbesOf(world, "bob"));
        for (var hour = 0; hour < 48; hour += 6)
        {
            await world.Server.Clock.AdvanceAsync(TimeSpan.FromHours(6));
            (await world.ExecuteAsync("SANDBOX_LIST_CHANNELS", "user_2")).Expect(200);
            await RoundAsync(world);
        }

        Assert.Equal(before.Alice + 2, ProbesOf(world, "alice"));
        Assert.Equal(before.Bob, ProbesOf(world, "bob"));
    }

    [Theory, OnBothEngines]
    public async Task A_provider_that_says_too_many_is_left_alone_and_nobody_is_expired_for_it(string engine)
    {
        await using var world = await World.CreateAsync(engine, WithoutExpiry);
        var accounts = new List<string>();
        foreach (var user in new[] { "alice", "bob", "carol" })
        {
            accounts.Add(await world.ConnectAsync(user));
        }

        // Due one after another, so that the first one's refusal is known to the others.
        await world.Server.Database.WriteAsync(
            RowScope.System, s => s.ExecuteAsync("update account_refresh set probe_at = null", null), CancellationToken.None);
        world.Provider.Faults.Add(Step.Api, FaultKind.Status429, retryAfter: 600);
        var before = Probes(world);
        foreach (var account in accounts)
        {
            Assert.True(Id<IdKinds.Account>.TryParse(account, out var id));
            await world.Server.Database.WriteAsync(
                RowScope.System,
                async session => await session.ExecuteAsync(
                    "update account_refresh set probe_at = behalf_now(), last_used_at = 0 where account_id = @id", new { id }),
                CancellationToken.None);
            await RoundAsync(world);
            await Eventually.HoldsAsync(async () => await world.Server.Database.FindAsync<int>(
                RowScope.System, "select count(*) from account_refresh where probe_at <= behalf_now()", null, CancellationToken.None) == 0);
            await Eventually.HoldsAsync(() => Probes(world) > before);
        }

        Assert.Equal(before + 1, Probes(world));
        foreach (var account in accounts)
        {
            Assert.Equal("ACTIVE", await world.StatusAsync(account));
        }

        await world.Server.Clock.AdvanceAsync(TimeSpan.FromMinutes(12));
        await Eventually.HoldsAsync(() => Probes(world) == before + 3);
    }

    [Theory, OnBothEngines]
    public async Task A_test_that_the_provider_refuses_expires_the_account(string engine)
    {
        await using var world = await World.CreateAsync(engine, WithoutExpiry);
        var alice = await world.ConnectAsync("user_1", "alice");
        Assert.Equal("good", (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{alice}/test")).Expect(200).Json.GetProperty("verdict").GetString());
        world.Provider.RevokeUser("alice");
        var refused = (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{alice}/test")).Expect(200).Json;
        Assert.Equal(("refused", "EXPIRED"), (refused.GetProperty("verdict").GetString(), refused.GetProperty("status").GetString()));
        Assert.Equal("EXPIRED", await world.StatusAsync(alice));
    }

    /// <summary>As GitHub's and Slack's classic apps: a token that lives until it is revoked.</summary>
    private static ProviderModes WithoutExpiry => new() { IssueRefreshTokens = false, ExpiresIn = ExpiresIn.Missing, AccessTokenLifetimeS = 10_000_000 };

    private static Task<int> RoundAsync(World world) => world.Server.Services.GetRequiredService<ProbeIdle>().RunOnceAsync(CancellationToken.None);

    private static int Probes(World world) => world.Provider.Ledger.Requests.Count(r => r.Path == "/api/me");

    private static int ProbesOf(World world, string user) =>
        world.Provider.Ledger.Requests.Count(r => r.Path == "/api/me" && r.User == user);
}
