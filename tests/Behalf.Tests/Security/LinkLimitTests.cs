using Behalf.Accounts.Connect;
using Behalf.Storage;
using Behalf.Tests.Support;

namespace Behalf.Tests.Security;

/// <summary>What an agent, or whoever holds a link, can make the server do over and over.</summary>
public sealed class LinkLimitTests
{
    private const string Links = "/api/v3.1/connected_accounts/link";

    [Theory, OnBothEngines]
    public async Task An_agent_has_five_links_open_at_most_however_many_it_asks_for_at_once(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        using var agent = await world.UserKeyAsync("user_1");
        var body = new { auth_config_id = world.AuthConfig };
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => agent.PostAsync(Links, body)));
        Assert.Equal(5, answers.Count(answer => answer.Status == 201));
        Assert.All(answers.Where(answer => answer.Status != 201), answer =>
        {
            Assert.Equal("ConnectedAccount_TooManyLinks", answer.Expect(429).Slug);
            Assert.InRange(int.Parse(answer.Headers["Retry-After"]), 500, 600);
        });
        Assert.Equal(5, await CountAsync(world, "account"));
        var older = await agent.PostAsync("/api/v3.1/connected_accounts", new { auth_config = new { id = world.AuthConfig }, connection = new { } });
        Assert.Equal("ConnectedAccount_TooManyLinks", older.Expect(429).Slug);

        // The application is not held up by its agents, nor one user by another; and it passes.
        await world.LinkAsync("user_1");
        using var other = await world.UserKeyAsync("user_2");
        (await other.PostAsync(Links, body)).Expect(201);
        await world.Server.Clock.AdvanceAsync(TimeSpan.FromMinutes(11));
        (await agent.PostAsync(Links, body)).Expect(201);
    }

    [Theory, OnBothEngines]
    public async Task A_model_that_calls_again_and_again_leaves_five_links(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        for (var i = 0; i < 7; i++)
        {
            var refused = (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(400);
            Assert.Equal("ActionExecute_ConnectedAccountNotFound", refused.Slug);
            Assert.Equal(i < 5, refused.Text.Contains("/connect/ln_", StringComparison.Ordinal));
        }

        Assert.Equal(5, await CountAsync(world, "flow"));
    }

    [Theory, OnBothEngines]
    public async Task Who_holds_a_link_may_mistype_a_key_five_times_and_then_it_is_over(string engine)
    {
        await using var world = await OwnSandbox.StartAsync(engine);
        var config = await world.CreateConfigAsync("API_KEY");
        var key = await world.MintAsync("API_KEY", "alice");
        var link = (await world.Project.PostAsync(Links, new { auth_config_id = config, user_id = "user_1" })).Expect(201).Json;
        var (url, account) = (link.GetProperty("redirect_url").GetString()!, link.GetProperty("connected_account_id").GetString()!);
        using var browser = new TestBrowser();
        for (var i = 1; i < ContinueFlow.MostAttempts; i++)
        {
            Assert.Contains("does not accept this", (await browser.SubmitAsync(url, "", ("generic_api_key", $"wrong-{i}"))).Text, StringComparison.Ordinal);
        }

        var last = await browser.SubmitAsync(url, "", ("generic_api_key", "wrong-5"));
        Assert.Equal((429, "too_many_attempts"), (last.Status, last.Reason));
        var asked = world.Provider.Ledger.Requests.Count;
        Assert.Equal("already_used", (await browser.SubmitAsync(url, "", ("generic_api_key", key.Values.First()))).Reason);
        Assert.Equal(asked, world.Provider.Ledger.Requests.Count);

        var failed = (await world.Project.GetAsync($"/api/v3.1/connected_accounts/{account}")).Expect(200).Json;
        Assert.Equal("FAILED", failed.GetProperty("status").GetString());
        Assert.Contains("too_many_attempts", failed.GetProperty("status_reason").GetString(), StringComparison.Ordinal);
    }

    [Theory, OnBothEngines]
    public async Task Keys_that_are_tried_at_once_are_no_more_than_one_after_the_other(string engine)
    {
        await using var world = await OwnSandbox.StartAsync(engine);
        var config = await world.CreateConfigAsync("API_KEY");
        var url = (await world.Project.PostAsync(Links, new { auth_config_id = config, user_id = "user_1" }))
            .Expect(201).Json.GetProperty("redirect_url").GetString()!;
        using var browser = new TestBrowser();
        await browser.OpenAsync(new Uri(url));
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => browser.SubmitAsync(url, "", ("generic_api_key", $"wrong-{i}"))));
        Assert.InRange(world.Provider.Ledger.Requests.Count, 1, ContinueFlow.MostAttempts);
    }

    private static Task<int> CountAsync(World world, string table) => world.Server.Database.FindAsync<int>(
        RowScope.System, $"select count(*) from {table}", null, TestContext.Current.CancellationToken);
}
