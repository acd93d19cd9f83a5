using System.Net;
using System.Text.RegularExpressions;
using Behalf.Sandbox;
using Behalf.Sandbox.Provider;

namespace Behalf.Tests.Sandbox;

public sealed partial class AuthorizeTests
{
    [Fact]
    public async Task Consent_ends_at_the_app_with_code_state_and_issuer()
    {
        await using var provider = await TestProvider.StartAsync();
        using var walker = new ConsentWalker();
        var ct = TestContext.Current.CancellationToken;
        var location = await walker.WalkAsync(provider.AuthorizeUrl(), "alice", allow: true, ct);
        Assert.StartsWith(TestProvider.Callback + "?", location.ToString(), StringComparison.Ordinal);

        var answer = TestProvider.Query(location);
        Assert.Equal(["code", "iss", "state"], answer.Keys.Order());
        Assert.Equal("the state/&", answer["state"]);
        Assert.Equal(provider.Host.BaseUrl, answer["iss"]);
    }

    [Fact]
    public async Task Denial_ends_at_the_app_too()
    {
        await using var provider = await TestProvider.StartAsync();
        var answer = await TestProvider.WalkAsync(provider.AuthorizeUrl(), "alice", allow: false);
        Assert.Equal("access_denied", answer["error"]);
        Assert.Equal("the state/&", answer["state"]);
        Assert.Equal(provider.Host.BaseUrl, answer["iss"]);
        Assert.DoesNotContain("code", answer.Keys);
    }

    [Theory]
    [InlineData("client_id", "app_unknown")]
    [InlineData("client_id", null)]
    [InlineData("redirect_uri", null)]
    [InlineData("redirect_uri", TestProvider.Callback + "/")]
    [InlineData("redirect_uri", TestProvider.Callback + "?x=1")]
    [InlineData("redirect_uri", "http://localhost:1/callback")]
    [InlineData("redirect_uri", "http://127.0.0.1:1/CALLBACK")]
    [InlineData("redirect_uri", "http://127.0.0.1:1/x/../callback")]
    [InlineData("redirect_uri", "https://evil.example/")]
    public async Task A_doubtful_client_or_address_is_shown_and_never_redirected_to(string name, string? value)
    {
        await using var provider = await TestProvider.StartAsync();
        using var response = await provider.Http.GetAsync(provider.AuthorizeUrl(changes: (name, value)));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Null(response.Headers.Location);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("response_type", null, "invalid_request")]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("code_challenge", null, "invalid_request")]
    [InlineData("code_challenge", "too-short", "invalid_request")]
    [InlineData("code_challenge_method", null, "invalid_request")]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("scope", "profile everything", "invalid_scope")]
    [InlineData("prompt", "none", "invalid_request")]
    public async Task Other_errors_go_back_to_the_app_with_its_state(string name, string? value, string error)
    {
        await using var provider = await TestProvider.StartAsync();
        var answer = await TestProvider.WalkAsync(provider.AuthorizeUrl(changes: (name, value)), "alice");
        Assert.Equal((error, "the state/&", provider.Host.BaseUrl), (answer["error"], answer["state"], answer["iss"]));
    }

    [Fact]
    public async Task A_parameter_that_comes_twice_is_an_error()
    {
        await using var provider = await TestProvider.StartAsync();
        var answer = await TestProvider.WalkAsync(new Uri(provider.AuthorizeUrl() + "&scope=profile"), "alice");
        Assert.Equal("invalid_request", answer["error"]);
    }

    [Fact]
    public async Task The_answer_joins_the_query_of_the_registered_address()
    {
        await using var provider = await TestProvider.StartAsync();
        const string callback = "https://app.example/cb?tenant=7";
        provider.Host.Apps.Change(provider.App.ClientId, name: null, [callback]);
        var answer = await TestProvider.WalkAsync(provider.AuthorizeUrl(changes: ("redirect_uri", callback)), "alice");
        Assert.Equal("7", answer["tenant"]);
        Assert.True(answer.ContainsKey("code"));
    }

    [Fact]
    public async Task What_was_allowed_once_is_not_asked_again_unless_the_app_wants_it_or_wants_more()
    {
        await using var provider = await TestProvider.StartAsync();
        using var browser = new Browser(provider);
        AssertShows("Choose an account", await browser.OpenAsync(provider.AuthorizeUrl("profile")));
        await browser.WalkAsync(provider.AuthorizeUrl("profile"), "alice");

        Assert.Null(await browser.OpenAsync(provider.AuthorizeUrl("profile")));
        AssertShows("Read your mail", await browser.OpenAsync(provider.AuthorizeUrl("profile mail.read")));
        AssertShows("It will be able to", await browser.OpenAsync(provider.AuthorizeUrl("profile", ("prompt", "consent"))));
        AssertShows("Choose an account", await browser.OpenAsync(provider.AuthorizeUrl("profile", ("prompt", "login"))));
    }

    [Fact]
    public async Task A_hint_at_someone_else_asks_who_it_is_and_offers_the_one_hinted_at()
    {
        await using var provider = await TestProvider.StartAsync();
        using var browser = new Browser(provider);
        await browser.WalkAsync(provider.AuthorizeUrl("profile"), "alice");

        Assert.Null(await browser.OpenAsync(provider.AuthorizeUrl("profile", ("login_hint", "alice"))));
        var page = await browser.OpenAsync(provider.AuthorizeUrl("profile", ("login_hint", "bob@sandbox.example")));
        Assert.Matches("value=\"bob\" autofocus", page);
    }

    [Fact]
    public async Task A_browser_can_take_another_account_on_the_consent_page()
    {
        await using var provider = await TestProvider.StartAsync();
        using var browser = new Browser(provider);
        await browser.WalkAsync(provider.AuthorizeUrl("profile"), "alice");
        var location = await browser.WalkAsync(provider.AuthorizeUrl("profile mail.read"), "bob");
        using var response = await provider.RedeemAsync(TestProvider.Query(location)["code"]);
        Assert.Equal("bob", (string?)(await TestProvider.JsonAsync(response))["user"]!["id"]);
    }

    [Fact]
    public async Task A_form_without_the_token_of_this_browser_decides_nothing()
    {
        await using var provider = await TestProvider.StartAsync();
        using var browser = new Browser(provider);
        var page = await browser.OpenAsync(provider.AuthorizeUrl());
        var flow = HiddenFlow().Match(page!).Groups[1].Value;
        foreach (var token in new[] { "", "sbf_cnry_guess" })
        {
            using var form = new FormUrlEncodedContent([new("flow", flow), new("form_token", token), new("user", "alice")]);
            using var response = await browser.PostAsync("/oauth/sign-in", form);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        }

        AssertShows("Choose an account", await browser.OpenAsync(provider.AuthorizeUrl()));
    }

    [Fact]
    public async Task Two_clicks_on_allow_give_one_code()
    {
        await using var provider = await TestProvider.StartAsync();
        using var browser = new Browser(provider);
        await browser.WalkAsync(provider.AuthorizeUrl("profile"), "alice");
        var page = await browser.OpenAsync(provider.AuthorizeUrl("mail.read"));
        var (flow, token) = (HiddenFlow().Match(page!).Groups[1].Value, HiddenToken().Match(page!).Groups[1].Value);
        var codes = 0;
        for (var click = 0; click < 2; click++)
        {
            using var form = new FormUrlEncodedContent([new("flow", flow), new("form_token", token), new("decision", "allow")]);
            using var response = await browser.PostAsync("/oauth/consent", form);
            codes += response.StatusCode == HttpStatusCode.SeeOther ? 1 : 0;
        }

        Assert.Equal(1, codes);
    }

    [Fact]
    public async Task A_flow_belongs_to_the_browser_that_began_it_and_ends_after_ten_minutes()
    {
        await using var provider = await TestProvider.StartAsync();
        using var browser = new Browser(provider);
        var flow = HiddenFlow().Match((await browser.OpenAsync(provider.AuthorizeUrl()))!).Groups[1].Value;
        var page = new Uri($"{provider.Host.BaseUrl}/oauth/sign-in?flow={flow}");

        using var other = new Browser(provider);
        AssertShows("no longer open", await other.OpenAsync(page));
        AssertShows("Choose an account", await browser.OpenAsync(page));
        provider.Clock.Advance(TimeSpan.FromMinutes(10));
        AssertShows("no longer open", await browser.OpenAsync(page));
    }

    [Fact]
    public async Task Signing_in_gives_the_browser_a_new_session()
    {
        await using var provider = await TestProvider.StartAsync();
        using var browser = new Browser(provider);
        await browser.OpenAsync(provider.AuthorizeUrl());
        var before = browser.Session;
        await browser.WalkAsync(provider.AuthorizeUrl(), "alice");
        Assert.NotEqual(before, browser.Session);
    }

    [Theory]
    [InlineData("wrong", "https://another-issuer.example")]
    [InlineData("missing", null)]
    public async Task The_issuer_can_lie_or_be_silent(string mode, string? expected)
    {
        await using var provider = await TestProvider.StartAsync(
            new ProviderModes { Iss = mode == "wrong" ? Iss.Wrong : Iss.Missing });
        var answer = await TestProvider.WalkAsync(provider.AuthorizeUrl(), "alice");
        Assert.Equal(expected, answer.GetValueOrDefault("iss"));
    }

    [Fact]
    public async Task The_metadata_names_the_endpoints_and_what_they_take()
    {
        await using var provider = await TestProvider.StartAsync();
        using var response = await provider.Http.GetAsync("/.well-known/oauth-authorization-server");
        var metadata = await TestProvider.JsonAsync(response);
        Assert.Equal(provider.Host.BaseUrl, (string?)metadata["issuer"]);
        Assert.Equal($"{provider.Host.BaseUrl}/oauth/token", (string?)metadata["token_endpoint"]);
        Assert.Equal("S256", (string?)metadata["code_challenge_methods_supported"]![0]);
        Assert.True((bool)metadata["authorization_response_iss_parameter_supported"]!);
    }

    private static void AssertShows(string text, string? page) => Assert.Contains(text, page, StringComparison.Ordinal);

    [GeneratedRegex("name=\"flow\" value=\"([^\"]+)\"")]
    private static partial Regex HiddenFlow();

    [GeneratedRegex("name=\"form_token\" value=\"([^\"]+)\"")]
    private static partial Regex HiddenToken();

    /// <summary>Cookies over several visits.</summary>
    private sealed class Browser : IDisposable
    {
        private readonly CookieContainer _cookies = new();
        private readonly HttpClient _http;
        private readonly ConsentWalker _walker;

        public Browser(TestProvider provider)
        {
            _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = _cookies })
            {
                BaseAddress = new Uri(provider.Host.BaseUrl),
            };
            _walker = new ConsentWalker(_cookies);
        }

        public string? Session => _cookies.GetCookies(_http.BaseAddress!)["sandbox_session"]?.Value;

        /// <summary>The page, or null if the browser was sent on.</summary>
        public async Task<string?> OpenAsync(Uri url)
        {
            using var response = await _http.GetAsync(url);
            return response.Headers.Location is null ? await response.Content.ReadAsStringAsync() : null;
        }

        public Task<HttpResponseMessage> PostAsync(string path, HttpContent form) => _http.PostAsync(path, form);

        public Task<Uri> WalkAsync(Uri url, string user) =>
            _walker.WalkAsync(url, user, allow: true, TestContext.Current.CancellationToken);

        public void Dispose()
        {
            _walker.Dispose();
            _http.Dispose();
        }
    }
}
