using System.Net;
using Behalf.Sandbox.Provider;
using Behalf.Tests.Support;

namespace Behalf.Tests.Security;

/// <summary>Links that cannot be fixated, codes that cannot be delivered elsewhere, callbacks that count once.</summary>
public sealed class ConnectAttackTests
{
    private static int TokenCalls(World world) => world.Provider.Ledger.Requests.Count(r => r.Step == Step.Token);

    private static async Task ConfirmModeAsync(World world) => (await world.Project.PatchAsync(
        "/api/v3.1/project", new { connect_verification = "confirm", verifier_url = "https://app.example/verify" })).Expect(200);

    /// <summary>Mallory's link is finished in Bob's browser, and the application says that Bob did.</summary>
    [Theory, OnBothEngines]
    public async Task A1_a_link_finished_by_somebody_else_connects_nobody(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        await ConfirmModeAsync(world);
        var (url, account) = await world.LinkAsync("mallory");
        using var browser = new TestBrowser();
        var page = await browser.ConnectAsync(url, "bob");
        Assert.Equal("app.example", page.Location!.Host);
        var session = System.Web.HttpUtility.ParseQueryString(page.Location.Query)["session_uri"];
        Assert.Equal("INITIATED", await world.StatusAsync(account));
        Assert.Equal(0, TokenCalls(world));
        var refused = (await world.Project.PostAsync("/api/v3.1/connected_accounts/complete_auth", new { user_id = "bob", session_uri = session })).Expect(403);
        Assert.Equal("ConnectedAccount_UserMismatch", refused.Slug);
        (await world.Project.PostAsync("/api/v3.1/connected_accounts/complete_auth", new { user_id = "mallory", session_uri = session })).Expect(410);
        Assert.Equal(("FAILED", 0), (await world.StatusAsync(account), TokenCalls(world)));
    }

    [Theory, OnBothEngines]
    public async Task A1_the_invited_user_is_connected_once_the_application_confirms_and_never_after_a_minute(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        await ConfirmModeAsync(world);
        async Task<(string Account, string Session)> ParkAsync()
        {
            var (url, account) = await world.LinkAsync("user_1");
            using var browser = new TestBrowser();
            var page = await browser.ConnectAsync(url, "alice");
            return (account, System.Web.HttpUtility.ParseQueryString(page.Location!.Query)["session_uri"]!);
        }

        var first = await ParkAsync();
        using var other = await world.Server.NewProjectAsync("Other");
        (await other.PostAsync("/api/v3.1/connected_accounts/complete_auth", new { user_id = "user_1", session_uri = first.Session })).Expect(404);
        var done = (await world.Project.PostAsync("/api/v3.1/connected_accounts/complete_auth", new { user_id = "user_1", session_uri = first.Session })).Expect(200).Json;
        Assert.Equal((first.Account, "sandbox"), (done.GetProperty("connected_account_id").GetString(), done.GetProperty("toolkit_slug").GetString()));
        Assert.Equal("ACTIVE", await world.StatusAsync(first.Account));
        (await world.Project.PostAsync("/api/v3.1/connected_accounts/complete_auth", new { user_id = "user_1", session_uri = first.Session })).Expect(410);

        var second = await ParkAsync();
        await world.Server.Clock.AdvanceAsync(TimeSpan.FromSeconds(61));
        (await world.Project.PostAsync("/api/v3.1/connected_accounts/complete_auth", new { user_id = "user_1", session_uri = second.Session })).Expect(410);
        Assert.Equal(1, TokenCalls(world));
    }

    [Theory, OnBothEngines]
    public async Task A2_a_callback_in_another_browser_is_refused_and_burns_the_state(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        foreach (var withCookieOfItsOwn in new[] { true, false })
        {
            var (url, account) = await world.LinkAsync("mallory");
            using var mallory = new TestBrowser();
            var callback = await mallory.ConsentAsync(await mallory.ContinueAsync(url), "mallory");
            using var victim = new TestBrowser();
            if (withCookieOfItsOwn)
            {
                await victim.OpenAsync(new Uri((await world.LinkAsync("user_2")).Url));
            }

            Assert.Equal((400, "wrong_browser"), await ReasonAsync(victim, callback));
            Assert.Equal((400, "wrong_browser"), await ReasonAsync(mallory, callback));
            Assert.Equal("FAILED", await world.StatusAsync(account));
        }

        Assert.Equal(0, TokenCalls(world));
    }

    [Theory, OnBothEngines]
    public async Task A2_a_form_of_another_site_starts_nothing(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var (url, account) = await world.LinkAsync("mallory");
        using var victim = new TestBrowser();
        await victim.OpenAsync(new Uri(url));
        using var http = new HttpClient(new SocketsHttpHandler { CookieContainer = victim.Cookies, AllowAutoRedirect = false });
        foreach (var token in new[] { null, "", "forged" })
        {
            using var form = new FormUrlEncodedContent(token is null ? [] : [new("__token", token)]);
            using var answer = await http.PostAsync(url, form);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }

        Assert.Equal("INITIATED", await world.StatusAsync(account));
    }

    [Theory, OnBothEngines]
    public async Task A2_a_link_belongs_to_the_browser_that_pressed_the_button(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var (url, _) = await world.LinkAsync("user_1");
        using var first = new TestBrowser();
        await first.ContinueAsync(url);
        using var second = new TestBrowser();
        Assert.Equal((400, "wrong_browser"), await ReasonAsync(second, new Uri(url)));
        Assert.NotNull(await first.ContinueAsync(url));
    }

    [Theory, OnBothEngines]
    public async Task A3_a_code_delivered_to_another_registrations_address_is_not_redeemed(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var other = await World.CreateAuthConfigAsync(world.Server, world.Provider, world.Project);
        var (url, account) = await world.LinkAsync("user_1");
        using var browser = new TestBrowser();
        var callback = await browser.ConsentAsync(await browser.ContinueAsync(url), "alice");
        var elsewhere = new Uri(callback.AbsoluteUri.Replace(world.AuthConfig, other, StringComparison.Ordinal));
        var page = await browser.OpenAsync(elsewhere);
        Assert.True(page.Status >= 400, page.Text);
        Assert.Equal(("FAILED", 0), (await world.StatusAsync(account), TokenCalls(world)));
        Assert.Equal(409, (await browser.OpenAsync(callback)).Status);
    }

    [Theory]
    [InlineData("sqlite", Iss.Wrong)]
    [InlineData("sqlite", Iss.Missing)]
    [InlineData("postgres", Iss.Wrong)]
    [InlineData("postgres", Iss.Missing)]
    internal async Task A3_an_answer_of_another_issuer_is_not_believed(string engine, Iss iss)
    {
        await using var world = await World.CreateAsync(engine, new ProviderModes { Iss = iss });
        var (url, account) = await world.LinkAsync("user_1");
        using var browser = new TestBrowser();
        var page = await browser.ConnectAsync(url, "alice");
        Assert.True(page.Status >= 400, page.Text);
        Assert.Equal(("FAILED", 0), (await world.StatusAsync(account), TokenCalls(world)));
        Assert.Equal("issuer_mismatch", (await world.Project.GetAsync($"/api/v3.1/connected_accounts/{account}")).Json.GetProperty("status_reason").GetString());
    }

    [Theory, OnBothEngines]
    public async Task A5_of_sixty_four_callbacks_at_once_one_counts(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var (url, account) = await world.LinkAsync("user_1");
        using var browser = new TestBrowser();
        var callback = await browser.ConsentAsync(await browser.ContinueAsync(url), "alice");
        var pages = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => browser.OpenAsync(callback)));
        Assert.Equal(1, TokenCalls(world));
        Assert.Single(pages, page => page.Status == 200);
        Assert.Equal(63, pages.Count(page => (page.Status, page.Reason) == (409, "already_used")));
        Assert.Equal("ACTIVE", await world.StatusAsync(account));
    }

    [Theory, OnBothEngines]
    public async Task Denial_expiry_and_a_provider_error_each_have_their_page_status_and_reason(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        using var browser = new TestBrowser();

        var (denied, deniedAccount) = await world.LinkAsync("user_1");
        Assert.Equal((403, "denied"), Page(await browser.ConnectAsync(denied, "alice", allow: false)));
        await StatusIsAsync(world, deniedAccount, "FAILED", "consent_denied");

        var (cancelled, cancelledAccount) = await world.LinkAsync("user_1");
        Assert.Equal((403, "denied"), Page(await browser.SubmitAsync(cancelled, "/cancel")));
        await StatusIsAsync(world, cancelledAccount, "FAILED", "consent_denied");

        world.Provider.Faults.Add(Step.Token, FaultKind.Status500);
        var (broken, brokenAccount) = await world.LinkAsync("user_1");
        Assert.Equal((502, "provider_error"), Page(await browser.ConnectAsync(broken, "alice")));
        await StatusIsAsync(world, brokenAccount, "FAILED", "provider_error");

        var (late, lateAccount) = await world.LinkAsync("user_1");
        await world.Server.Clock.AdvanceAsync(TimeSpan.FromMinutes(11));
        Assert.Equal((410, "expired"), Page(await browser.OpenAsync(new Uri(late))));
        for (var i = 0; i < 100 && await world.StatusAsync(lateAccount) != "EXPIRED"; i++)
        {
            await Task.Delay(100);
        }

        await StatusIsAsync(world, lateAccount, "EXPIRED", "link_expired");
        Assert.Equal((404, "not_found"), Page(await browser.OpenAsync(new Uri(world.Server.Url, "/connect/ln_unknown"))));
    }

    [Theory, OnBothEngines]
    public async Task A_finished_link_returns_to_the_application_with_the_accounts_id(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var (url, account) = await world.LinkAsync("user_1", new { callback_url = "https://app.example/done?userId=user_1" });
        using var browser = new TestBrowser();
        var page = await browser.ConnectAsync(url, "alice");
        Assert.StartsWith($"https://app.example/done?userId=user_1&status=success&connected_account_id={account}", page.Location!.AbsoluteUri, StringComparison.Ordinal);
        Assert.Equal((409, "already_used"), await ReasonAsync(browser, new Uri(url)));
    }

    /// <summary>Open redirects: a listed page binds everybody, and a user key never names one of its own.</summary>
    [Theory, OnBothEngines]
    public async Task A20_a_browser_is_only_sent_where_the_project_lets_it(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        using var agent = await world.UserKeyAsync("user_1");
        async Task<int> LinkAsync(TestClient client, string callback) => (await client.PostAsync(
            "/api/v3.1/connected_accounts/link", new { auth_config_id = world.AuthConfig, user_id = "user_1", callback_url = callback })).Status;
        Assert.Equal(400, await LinkAsync(agent, "https://app.example/done"));
        foreach (var unsafeUrl in new[] { "javascript:alert(1)", "http://evil.example/", "//evil.example", "https://user@evil.example/", "https:\\\\evil.example", "data:text/html,x", "https://evil.example/\tx", "not a url" })
        {
            Assert.Equal(400, await LinkAsync(world.Project, unsafeUrl));
        }

        (await world.Project.PatchAsync("/api/v3.1/project", new { callback_urls = new[] { "https://app.example/done" } })).Expect(200);
        Assert.Equal(201, await LinkAsync(agent, "https://app.example/done?a=b"));
        Assert.Equal(400, await LinkAsync(world.Project, "https://evil.example/done"));
        Assert.Equal(400, await LinkAsync(world.Project, "https://app.example/done/../other"));
        Assert.Equal(400, await LinkAsync(world.Project, "https://app.example.evil.example/done"));
    }

    private static async Task<(int, string?)> ReasonAsync(TestBrowser browser, Uri url) => Page(await browser.OpenAsync(url));

    private static (int, string?) Page(TestPage page) => (page.Status, page.Reason);

    private static async Task StatusIsAsync(World world, string account, string status, string reason)
    {
        var shown = (await world.Project.GetAsync($"/api/v3.1/connected_accounts/{account}")).Json;
        Assert.Equal((status, reason), (shown.GetProperty("status").GetString(), shown.GetProperty("status_reason").GetString()));
    }
}
