using System.Net;
using Behalf.Tests.Support.Peers;

namespace Behalf.Tests.Peers;

/// <summary>One set of emulators for the class: no test changes what another one looks at.</summary>
public sealed class EmulateFixture : IAsyncLifetime
{
    internal EmulatePeer Peer { get; private set; } = null!;

    public async ValueTask InitializeAsync() =>
        Peer = await EmulatePeer.StartAsync([CodeFlow.RedirectUri], CancellationToken.None);

    public ValueTask DisposeAsync() => Peer.DisposeAsync();
}

/// <summary>What the emulated services do and what they only pretend: the tests against them rest on this.</summary>
public sealed class EmulateTests(EmulateFixture fixture) : IClassFixture<EmulateFixture>
{
    private const string UnknownToken = "a-token-nobody-granted";
    private static readonly string[] Users = ["alice", "bob"];

    private readonly EmulatePeer peer = fixture.Peer;
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task GitHub_knows_the_two_users_apart_and_nobody_from_both()
    {
        using var flow = FlowOf(peer.GitHub);
        foreach (var user in Users)
        {
            var token = (await ConnectAsync(flow, "repo", user))["access_token"];
            Assert.Equal(user, (await flow.GetAsync(GitHub("/user"), token, ct))["login"]);
            var issue = await flow.PostJsonAsync(GitHub($"{NotesOf(user)}/issues"), token, new { title = "t" }, ct);
            Assert.Equal(user, issue.Body.GetProperty("user").GetProperty("login").GetString());
            var foreign = await flow.GetAsync(GitHub(NotesOf(Other(user))), token, ct);
            Assert.Contains(foreign.Status, new[] { HttpStatusCode.Forbidden, HttpStatusCode.NotFound });
        }

        Assert.Equal(EmulatePeer.Nobody, (await flow.GetAsync(GitHub("/user"), UnknownToken, ct))["login"]);
    }

    [Fact]
    public async Task Google_enforces_PKCE_keeps_the_refresh_token_and_revokes_it()
    {
        using var flow = FlowOf(peer.Google);
        const string Scope = "openid email https://www.googleapis.com/auth/gmail.readonly";
        var spoiled = await EmulatePeer.ConsentAsync(flow.AuthorizeWithPkce(Scope), "alice", ct);
        Assert.Equal("invalid_grant", (await flow.ExchangeAsync(spoiled, "wrong", ct))["error"]);

        var (alice, bob) = (await ConnectAsync(flow, Scope, "alice"), await ConnectAsync(flow, Scope, "bob"));
        var again = await flow.RefreshAsync(alice["refresh_token"], ct);
        Assert.False(again.Has("refresh_token"));
        Assert.Equal("alice@example.test", await MailboxAsync(flow, again));
        Assert.Equal("bob@example.test", await MailboxAsync(flow, bob));

        await flow.PostAsync(peer.Google.RevokeUrl!, new() { ["token"] = alice["refresh_token"] }, ct);
        Assert.Equal("invalid_grant", (await flow.RefreshAsync(alice["refresh_token"], ct))["error"]);
        Assert.Equal(HttpStatusCode.OK, (await flow.RefreshAsync(bob["refresh_token"], ct)).Status);
    }

    [Fact]
    public async Task Slack_gives_each_user_a_token_and_checks_its_scopes()
    {
        using var flow = FlowOf(peer.Slack);
        foreach (var user in Users)
        {
            var url = flow.AuthorizeWithPkce(null, ("user_scope", "chat:write"));
            var tokens = await flow.ExchangeAsync(await EmulatePeer.ConsentAsync(url, user, ct), flow.Verifier, ct);
            var granted = tokens.Body.GetProperty("authed_user");
            var token = granted.GetProperty("access_token").GetString()!;
            Assert.Equal(user, (await flow.PostJsonAsync(Slack("auth.test"), token, null, ct))["user"]);

            var message = new { channel = "general", text = "hello" };
            var sent = (await flow.PostJsonAsync(Slack("chat.postMessage"), token, message, ct)).Body;
            var author = sent.GetProperty("message").GetProperty("user").GetString();
            Assert.Equal(granted.GetProperty("id").GetString(), author);
            await AssertCannotListAsync(token);
        }

        await AssertCannotListAsync(UnknownToken);

        async Task AssertCannotListAsync(string token)
        {
            var refused = await flow.PostJsonAsync(Slack("conversations.list"), token, null, ct);
            Assert.Equal("missing_scope", refused["error"]);
        }
    }

    [Fact]
    public async Task Linear_enforces_PKCE_rotates_refuses_the_old_refresh_token_and_revokes()
    {
        using var flow = FlowOf(peer.Linear);
        const string Scope = "read,write";
        var spoiled = await EmulatePeer.ConsentAsync(flow.AuthorizeWithPkce(Scope), "alice", ct);
        Assert.Equal("invalid_grant", (await flow.ExchangeAsync(spoiled, "wrong", ct))["error"]);

        var (alice, bob) = (await ConnectAsync(flow, Scope, "alice"), await ConnectAsync(flow, Scope, "bob"));
        var again = await flow.RefreshAsync(alice["refresh_token"], ct);
        Assert.NotEqual(alice["refresh_token"], again["refresh_token"]);
        Assert.Equal("invalid_grant", (await flow.RefreshAsync(alice["refresh_token"], ct))["error"]);
        Assert.Equal("alice@example.test", await ViewerAsync(flow, again));

        await flow.PostAsync(peer.Linear.RevokeUrl!, new() { ["token"] = again["access_token"] }, ct);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskViewerAsync(flow, again)).Status);
        Assert.Equal("bob@example.test", await ViewerAsync(flow, bob));
    }

    private static CodeFlow FlowOf(EmulatedService service) =>
        new(service.AuthorizeUrl, service.TokenUrl, service.ClientId, service.ClientSecret, secretInBody: true);

    private async Task<TokenAnswer> ConnectAsync(CodeFlow flow, string scope, string user)
    {
        var callback = await EmulatePeer.ConsentAsync(flow.AuthorizeWithPkce(scope), user, ct);
        return await flow.ExchangeAsync(callback, flow.Verifier, ct);
    }

    /// <summary>Each user has one mail, addressed to them.</summary>
    private async Task<string> MailboxAsync(CodeFlow flow, TokenAnswer tokens)
    {
        Uri Gmail(string path) => new(peer.Google.BaseUrl, $"/gmail/v1/users/me/messages{path}");
        var list = await flow.GetAsync(Gmail(""), tokens["access_token"], ct);
        var id = list.Body.GetProperty("messages")[0].GetProperty("id").GetString();
        var mail = await flow.GetAsync(Gmail($"/{id}"), tokens["access_token"], ct);
        return mail.Body.GetProperty("payload").GetProperty("headers").EnumerateArray()
            .Single(header => header.GetProperty("name").GetString() == "To").GetProperty("value").GetString()!;
    }

    private async Task<string> ViewerAsync(CodeFlow flow, TokenAnswer tokens)
    {
        var data = (await AskViewerAsync(flow, tokens)).Body.GetProperty("data");
        return data.GetProperty("viewer").GetProperty("email").GetString()!;
    }

    private Task<TokenAnswer> AskViewerAsync(CodeFlow flow, TokenAnswer tokens)
    {
        var url = new Uri(peer.Linear.BaseUrl, "/graphql");
        return flow.PostJsonAsync(url, tokens["access_token"], new { query = "{ viewer { email } }" }, ct);
    }

    private static string NotesOf(string user) => $"/repos/{user}/{user}-notes";

    private static string Other(string user) => Users.Single(name => name != user);

    private Uri GitHub(string path) => new(peer.GitHub.BaseUrl, path);

    private Uri Slack(string method) => new(peer.Slack.BaseUrl, $"/api/{method}");
}
