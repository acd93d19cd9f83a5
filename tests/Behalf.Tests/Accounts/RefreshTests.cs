using Behalf.Accounts.Refresh;
using Behalf.Sandbox.Grants;
using Behalf.Sandbox.Provider;
using Behalf.Storage;
using Behalf.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Behalf.Tests.Accounts;

/// <summary>A refresh token is spent once, by one of any number of callers, and what it bought is never lost.</summary>
public sealed class RefreshTests
{
    private static readonly TimeSpan AlmostExpired = TimeSpan.FromSeconds(3590);

    [Theory, OnBothEngines]
    public async Task Any_number_of_callers_cost_one_refresh(string engine)
    {
        await using var world = await World.CreateAsync(engine, new ProviderModes { TokenLatencyMs = 300 });
        await world.ConnectAsync("user_1", "alice");
        await world.Server.Clock.AdvanceAsync(AlmostExpired);
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => world.ExecuteAsync("SANDBOX_GET_ME", "user_1")));
        Assert.All(answers, answer => answer.Expect(200));
        Assert.Equal(1, world.Provider.Ledger.Count(TokenEventKind.Refreshed));
        Assert.Single(world.Provider.Ledger.Requests, r => r.Step == Step.Refresh);
        Assert.Single(world.Provider.Ledger.CallsOf("alice").TakeLast(50).Select(c => c.Fingerprint).Distinct());
    }

    [Fact]
    public async Task Callers_on_two_nodes_cost_one_refresh_as_well()
    {
        await using var world = await World.CreateAsync("postgres", new ProviderModes { TokenLatencyMs = 300 });
        await world.ConnectAsync("user_1", "alice");
        await using var other = await world.StartNodeAsync();
        using var there = other.Client(world.Project.Key);
        await other.Clock.AdvanceAsync(AlmostExpired);
        await world.Server.Clock.AdvanceAsync(AlmostExpired);
        var answers = await Task.WhenAll(Enumerable.Range(0, 15).SelectMany(_ => new[]
        {
            world.ExecuteAsync("SANDBOX_GET_ME", "user_1"),
            world.ExecuteAsync("SANDBOX_GET_ME", "user_1", with: there),
        }));
        Assert.All(answers, answer => answer.Expect(200));
        Assert.Single(world.Provider.Ledger.Requests, r => r.Step == Step.Refresh);
    }

    [Theory, OnBothEngines]
    public async Task A_caller_is_not_kept_waiting_for_a_refresh_that_takes_too_long_and_the_refresh_goes_on(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var alice = await world.ConnectAsync("user_1", "alice");
        world.Server.Services.GetRequiredService<Refresher>().LongestWait = TimeSpan.FromMilliseconds(300);
        world.Provider.Hold.Close(Step.Refresh);
        var refused = (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{alice}/refresh")).Expect(503);
        Assert.Equal("5", refused.Headers["Retry-After"]);
        Assert.Contains("still being renewed", refused.Text, StringComparison.Ordinal);

        // Its token is good for an hour: calls go on with it.
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200);
        Assert.Equal("ACTIVE", await world.StatusAsync(alice));
        world.Provider.Hold.Open(Step.Refresh);
        await Eventually.HoldsAsync(() => world.Provider.Ledger.Count(TokenEventKind.Refreshed) == 1);
        (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{alice}/refresh")).Expect(200);
        Assert.Equal(0, world.Provider.Ledger.ReuseRevocations);
    }

    [Theory, OnBothEngines]
    public async Task A_caller_that_hangs_up_loses_nothing(string engine)
    {
        await using var world = await World.CreateAsync(engine, new ProviderModes { Rotation = Rotation.Strict, TokenLatencyMs = 1000 });
        var alice = await world.ConnectAsync("user_1", "alice");
        using (var impatient = new CancellationTokenSource())
        {
            var asking = world.Project.Http.PostAsync($"/api/v3.1/connected_accounts/{alice}/refresh", null, impatient.Token);
            await Eventually.HoldsAsync(() => world.Provider.Ledger.Requests.Any(r => r.Step == Step.Refresh));
            await impatient.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        }

        await Eventually.HoldsAsync(() => world.Provider.Ledger.Count(TokenEventKind.Refreshed) == 1);
        (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{alice}/refresh")).Expect(200);
        Assert.Equal("ACTIVE", await world.StatusAsync(alice));
        Assert.Equal(0, world.Provider.Ledger.ReuseRevocations);
    }

    public static TheoryData<string, string> Troubles => new MatrixTheoryData<string, string>(
        ["sqlite", "postgres"],
        [
            .. new[]
            {
                FaultKind.Status500, FaultKind.Status502, FaultKind.Status503, FaultKind.Status429, FaultKind.RstBefore, FaultKind.RstAfter,
                FaultKind.HalfClose, FaultKind.Html200, FaultKind.TruncatedJson, FaultKind.Garbage, FaultKind.HugeBody, FaultKind.GzipBomb,
                FaultKind.EchoSecret, FaultKind.InvalidClient,
            }.Select(kind => kind.ToString()),
        ]);

    [Theory, MemberData(nameof(Troubles))]
    public async Task Trouble_at_the_provider_never_expires_an_account(string engine, string trouble)
    {
        await using var world = await World.CreateAsync(engine);
        var alice = await world.ConnectAsync("user_1", "alice");
        world.Provider.Faults.Add(Step.Refresh, Enum.Parse<FaultKind>(trouble));
        var refused = (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{alice}/refresh"))
            .Expect(trouble == nameof(FaultKind.Status429) ? 503 : 502);
        Assert.DoesNotContain("sbx_", refused.Text, StringComparison.Ordinal);
        Assert.Equal("ACTIVE", await world.StatusAsync(alice));

        // The token in hand is still good, and the next refresh works: also where the lost answer had rotated it.
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200);
        await world.Server.Clock.AdvanceAsync(AlmostExpired);
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200);
        Assert.True(world.Provider.Ledger.Refreshes >= 1);
        Assert.Equal(0, world.Provider.Ledger.ReuseRevocations);
    }

    [Theory, OnBothEngines]
    public async Task A_refused_refresh_token_expires_the_account_with_its_reason_and_the_link_that_fixes_it(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var alice = await world.ConnectAsync("user_1", "alice");
        world.Provider.RevokeUser("alice");
        await world.Server.Clock.AdvanceAsync(AlmostExpired);
        var refused = (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(400);
        Assert.Equal("ActionExecute_ConnectedAccountExpired", refused.Slug);
        Assert.Contains(world.Server.Url + "connect", refused.Text, StringComparison.Ordinal);
        var account = (await world.Project.GetAsync($"/api/v3.1/connected_accounts/{alice}")).Expect(200).Json;
        Assert.Equal("EXPIRED", account.GetProperty("status").GetString());
        Assert.Contains("refresh_token_refused", account.GetProperty("status_reason").GetString(), StringComparison.Ordinal);
    }

    [Theory, OnBothEngines]
    public async Task An_answer_without_a_refresh_token_leaves_the_old_one_in_use(string engine)
    {
        await using var world = await World.CreateAsync(engine, new ProviderModes { IncludeRefreshTokenOnRefresh = false });
        var alice = await world.ConnectAsync("user_1", "alice");
        for (var i = 1; i <= 3; i++)
        {
            (await world.Project.PostAsync($"/api/v3.1/connected_accounts/{alice}/refresh")).Expect(200);
            Assert.Equal(i, world.Provider.Ledger.Refreshes);
        }

        Assert.Equal("ACTIVE", await world.StatusAsync(alice));
    }

    [Theory, OnBothEngines]
    public async Task A_refresh_that_answers_for_somebody_else_is_given_back_and_ends_the_account(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var alice = await world.ConnectAsync("user_1", "alice");
        world.Provider.Modes = world.Provider.Modes with { Subject = Subject.Other };
        await world.Project.PostAsync($"/api/v3.1/connected_accounts/{alice}/refresh");
        var account = (await world.Project.GetAsync($"/api/v3.1/connected_accounts/{alice}")).Expect(200).Json;
        Assert.Equal("EXPIRED", account.GetProperty("status").GetString());
        Assert.Contains("subject_changed", account.GetProperty("status_reason").GetString(), StringComparison.Ordinal);
        await Eventually.HoldsAsync(() => world.Provider.Ledger.LiveFamiliesOf("alice").Count == 0);
    }

    [Theory, OnBothEngines]
    public async Task Accounts_in_use_are_renewed_before_anybody_waits_and_idle_ones_left_alone(string engine)
    {
        await using var world = await World.CreateAsync(engine, new ProviderModes { AccessTokenLifetimeS = 90_000 });
        await world.ConnectAsync("user_1", "alice");
        await world.ConnectAsync("user_2", "bob");
        var family = Assert.Single(world.Provider.Ledger.LiveFamiliesOf("alice")).Id;

        // When the tokens come due, bob has not used his connection for 24 hours, and alice has.
        await world.Server.Clock.AdvanceAsync(TimeSpan.FromHours(4));
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200);
        await Eventually.HoldsAsync(() => world.Server.Database.FindAsync<long?>(
            RowScope.System, "select max(last_used_at) - min(last_used_at) from account_refresh", null, CancellationToken.None).Result > 0);
        await world.Server.Clock.AdvanceAsync(TimeSpan.FromHours(20) + TimeSpan.FromMinutes(58));
        await Eventually.HoldsAsync(() => world.Provider.Ledger.Refreshes == 1);
        await Task.Delay(1500);
        Assert.Equal(family, Assert.Single(world.Provider.Ledger.Requests, r => r.Step == Step.Refresh).Family);
    }
}
