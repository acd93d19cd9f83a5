using Behalf.Sandbox.Provider;
using Behalf.Storage;
using Behalf.Tests.Support;
using Behalf.Vault;

namespace Behalf.Tests.Accounts;

/// <summary>Every way to connect that is not a consent screen: typed on the Connect page or posted by the application, then
/// a tool is run and the provider saw that very credential.</summary>
public sealed class KeyConnectionTests
{
    private static readonly string[] Schemes = ["API_KEY", "BEARER_TOKEN", "BASIC", "S2S_OAUTH2", "NO_AUTH"];

    public static TheoryData<string, string> OnBoth =>
        [.. Schemes.SelectMany(scheme => new[] { (scheme, "sqlite"), (scheme, "postgres") })];

    [Theory]
    [MemberData(nameof(OnBoth))]
    public async Task What_a_user_types_on_the_page_is_what_the_provider_sees(string scheme, string engine)
    {
        await using var world = await OwnSandbox.StartAsync(engine);
        var config = await world.CreateConfigAsync(scheme);
        var key = await world.MintAsync(scheme, "alice");
        var link = (await world.Project.PostAsync("/api/v3.1/connected_accounts/link", new { auth_config_id = config, user_id = "user_1" }))
            .Expect(201).Json;
        var url = link.GetProperty("redirect_url").GetString()!;
        var account = link.GetProperty("connected_account_id").GetString()!;
        using var browser = new TestBrowser();

        if (key.Count > 0)
        {
            var again = await browser.SubmitAsync(url, "", [.. key.Select(field => (field.Key, "wrong-" + field.Value))]);
            Assert.Contains("does not accept this", again.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("wrong-" + key.Values.Last(), again.Text, StringComparison.Ordinal);
            Assert.Equal("INITIATED", await StatusAsync(world, account));
        }

        var page = await browser.SubmitAsync(url, "", [.. key.Select(field => (field.Key, field.Value))]);
        Assert.Equal("connected", page.Reason);
        Assert.Equal("ACTIVE", await StatusAsync(world, account));
        await AssertSeenAsync(world, scheme, key, account);
    }

    [Theory]
    [MemberData(nameof(OnBoth))]
    public async Task What_the_application_posts_is_connected_at_once_and_shown_to_nobody(string scheme, string engine)
    {
        await using var world = await OwnSandbox.StartAsync(engine);
        var key = await world.MintAsync(scheme, "alice");
        var made = await InitiateAsync(world, await world.CreateConfigAsync(scheme), scheme, key);
        var answer = made.Expect(201).Json;
        Assert.Equal("ACTIVE", answer.GetProperty("status").GetString());
        var account = answer.GetProperty("id").GetString()!;
        await AssertSeenAsync(world, scheme, key, account);

        var shown = made.Text + (await world.Project.GetAsync($"/api/v3.1/connected_accounts/{account}")).Expect(200).Text
            + (await world.Project.GetAsync("/api/v3.1/connected_accounts")).Expect(200).Text;
        Assert.All(key.Where(field => field.Key is not ("username" or "client_id")), field => Assert.DoesNotContain(field.Value, shown, StringComparison.Ordinal));
    }

    [Theory]
    [OnBothEngines]
    public async Task A_typed_key_waits_until_the_application_has_said_who_typed_it(string engine)
    {
        await using var world = await OwnSandbox.StartAsync(engine);
        (await world.Project.PatchAsync("/api/v3.1/project", new { connect_verification = "confirm", verifier_url = "https://app.test/verify" })).Expect(200);
        var config = await world.CreateConfigAsync("API_KEY");
        var key = await world.MintAsync("API_KEY", "alice");

        var (fixated, session) = await TypeAsync();
        Assert.Equal(1, await WaitingAsync());
        Assert.Equal("INITIATED", await StatusAsync(world, fixated));
        (await world.Project.PostAsync("/api/v3.1/connected_accounts/complete_auth", new { user_id = "user_2", session_uri = session })).Expect(403);
        Assert.Equal(0, await WaitingAsync());
        Assert.Equal("FAILED", await StatusAsync(world, fixated));
        (await world.Project.PostAsync("/api/v3.1/connected_accounts/complete_auth", new { user_id = "user_1", session_uri = session })).Expect(410);
        Assert.Equal("FAILED", await StatusAsync(world, fixated));

        var (account, good) = await TypeAsync();
        var done = (await world.Project.PostAsync("/api/v3.1/connected_accounts/complete_auth", new { user_id = "user_1", session_uri = good })).Expect(200).Json;
        Assert.Equal(account, done.GetProperty("connected_account_id").GetString());
        Assert.Equal(0, await WaitingAsync());
        await AssertSeenAsync(world, "API_KEY", key, account);

        Task<int> WaitingAsync() => world.Server.Database.FindAsync<int>(
            RowScope.System, "select count(*) from secret where kind = @kind", new { kind = SecretKind.Flow }, TestContext.Current.CancellationToken);

        async Task<(string Account, string Session)> TypeAsync()
        {
            var link = (await world.Project.PostAsync("/api/v3.1/connected_accounts/link", new { auth_config_id = config, user_id = "user_1" })).Expect(201).Json;
            using var browser = new TestBrowser();
            var page = await browser.SubmitAsync(link.GetProperty("redirect_url").GetString()!, "", [.. key.Select(field => (field.Key, field.Value))]);
            Assert.Equal("https://app.test/verify", page.Handover!.GetLeftPart(UriPartial.Path));
            return (link.GetProperty("connected_account_id").GetString()!, System.Web.HttpUtility.ParseQueryString(page.Handover.Query)["session_uri"]!);
        }
    }

    [Fact]
    public async Task A_posted_key_that_the_provider_refuses_connects_nothing()
    {
        await using var world = await OwnSandbox.StartAsync("sqlite");
        var config = await world.CreateConfigAsync("API_KEY");
        var refused = (await InitiateAsync(world, config, "API_KEY", new Dictionary<string, string> { ["api_key"] = "sbk_wrong" })).Expect(400);
        Assert.Equal("ConnectedAccount_CredentialRefused", refused.Slug);
        Assert.Equal(0, (await world.Project.GetAsync("/api/v3.1/connected_accounts")).Expect(200).Json.GetProperty("total_items").GetInt32());
    }

    [Theory]
    [OnBothEngines]
    public async Task A_key_is_replaced_in_place_by_another_of_the_same_account_only(string engine)
    {
        await using var world = await OwnSandbox.StartAsync(engine);
        var config = await world.CreateConfigAsync("API_KEY");
        var account = (await InitiateAsync(world, config, "API_KEY", await world.MintAsync("API_KEY", "alice")))
            .Expect(201).Json.GetProperty("id").GetString()!;

        var bobs = await ReplaceAsync(world, account, "API_KEY", await world.MintAsync("API_KEY", "bob"));
        Assert.Equal((409, "subject_changed"), (bobs.Status, bobs.Slug));
        Assert.Equal("AuthConfig_SchemeNotOffered", (await ReplaceAsync(world, account, "BASIC", new Dictionary<string, string>())).Expect(400).Slug);
        Assert.Contains("generic_api_key", (await ReplaceAsync(world, account, "API_KEY", new Dictionary<string, string>())).Expect(400).Text, StringComparison.Ordinal);

        var fresh = await world.MintAsync("API_KEY", "alice");
        var replaced = (await ReplaceAsync(world, account, "API_KEY", fresh)).Expect(200).Json;
        Assert.Equal("ACTIVE", replaced.GetProperty("status").GetString());
        await AssertSeenAsync(world, "API_KEY", fresh, account);
    }

    [Fact]
    public async Task What_comes_from_a_provider_or_was_switched_off_takes_no_posted_key()
    {
        await using var world = await World.CreateAsync("sqlite");
        var account = await world.ConnectAsync("user_1", "alice");
        var body = new { connection = new { state = new { authScheme = "OAUTH2", val = new { access_token = "mine" } } } };
        Assert.Equal("AuthConfig_SchemeNotOffered", (await world.Project.PatchAsync($"/api/v3.1/connected_accounts/{account}", body)).Expect(400).Slug);

        await using var own = await OwnSandbox.StartAsync("sqlite");
        var keyed = (await InitiateAsync(own, await own.CreateConfigAsync("API_KEY"), "API_KEY", await own.MintAsync("API_KEY", "alice")))
            .Expect(201).Json.GetProperty("id").GetString()!;
        (await own.Project.PatchAsync($"/api/v3.1/connected_accounts/{keyed}/status", new { enabled = false })).Expect(200);
        (await ReplaceAsync(own, keyed, "API_KEY", await own.MintAsync("API_KEY", "alice"))).Expect(409);
        Assert.Equal("INACTIVE", await StatusAsync(own, keyed));
    }

    private static async Task AssertSeenAsync(OwnSandbox world, string scheme, IReadOnlyDictionary<string, string> key, string account)
    {
        var before = world.Provider.Ledger.Requests.Count;
        var tool = scheme == "NO_AUTH" ? OwnSandbox.OpenTool : OwnSandbox.Tool;
        var ran = (await world.Project.PostAsync($"/api/v3.1/tools/execute/{tool}", new { connected_account_id = account, user_id = "user_1", arguments = new { } }))
            .Expect(200).Json;
        Assert.True(ran.GetProperty("successful").GetBoolean(), ran.ToString());

        var seen = Assert.Single(world.Provider.Ledger.Requests.Skip(before), request => request.Step != Step.Token);
        var (name, value) = OwnSandbox.Expected(scheme, key);
        switch (scheme)
        {
            case "NO_AUTH":
                Assert.DoesNotContain(seen.Headers.Keys, header => header is "Authorization" or "X-Api-Key" or "Cookie");
                break;
            case "S2S_OAUTH2":
                Assert.Equal(("Robot", key["client_id"]), (seen.App, seen.User));
                break;
            default:
                Assert.Equal(value, seen.Headers[name]);
                break;
        }
    }

    private static Task<Answer> InitiateAsync(OwnSandbox world, string config, string scheme, IReadOnlyDictionary<string, string> key) =>
        world.Project.PostAsync("/api/v3.1/connected_accounts", new
        {
            auth_config = new { id = config },
            connection = new { user_id = "user_1", state = new { authScheme = scheme, val = key } },
        });

    private static Task<Answer> ReplaceAsync(OwnSandbox world, string account, string scheme, IReadOnlyDictionary<string, string> key) =>
        world.Project.PatchAsync($"/api/v3.1/connected_accounts/{account}", new
        {
            connection = new { state = new { authScheme = scheme, val = key } },
        });

    private static async Task<string?> StatusAsync(OwnSandbox world, string account) =>
        (await world.Project.GetAsync($"/api/v3.1/connected_accounts/{account}")).Expect(200).Json.GetProperty("status").GetString();
}
