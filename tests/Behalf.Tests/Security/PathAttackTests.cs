using System.Text.Json;
using Behalf.Sandbox.Ledger;
using Behalf.Sandbox.Provider;
using Behalf.Tests.Egress;
using Behalf.Tests.Support;

namespace Behalf.Tests.Security;

/// <summary>A13: whatever a model writes into an argument or an endpoint, the credential goes to the provider alone, and only
/// to the place that the tool's definition or the base address names.</summary>
public sealed class PathAttackTests
{
    private const string Below = "/api/mail/messages/";

    /// <summary>Values for one segment of a tool's path that are no segment to some server.</summary>
    private static readonly string[] NoSegments =
    [
        "..", ".", "../../me", "../", "%2e%2e%2f", "..%2f..", "%2E%2E/me", "%252e%252e%252f", "..;/", "..;x=y", ".;", "\\", "..\\..\\me", "/me",
        "//evil.example/x", "/\\evil.example", "\\\\evil.example\\x", "@evil.example/", "http://evil.example/", "https:/evil.example",
        "x/../../../oauth/token", "x\r\nHost: evil.example", "x\nAuthorization: Bearer mine", "x%0d%0aHost: evil.example", "x\u0000", "x%00",
        "．．／me", "\uff0e\uff0e", "a\u2215b", "a\u2044b", "a\uff3cb", "\u2025", "\u2024\u2024", " .. ",
    ];

    /// <summary>Values that look like more than a segment to a careless writer, and are one once they are encoded.</summary>
    private static readonly string[] OddSegments =
        ["x?folder=sent", "?x", "x#y", "#", "@evil.example", "evil.example:80", "a&b=c", "a;b", "x y", "{message_id}", "ä", "..x", "x..", "%", "%zz"];

    [Theory, OnBothEngines]
    public async Task A_tools_argument_stays_within_its_segment(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        await world.ConnectAsync("user_1", "alice");
        var sent = Sent(world);
        foreach (var value in NoSegments)
        {
            var answer = await world.ExecuteAsync("SANDBOX_GET_MAIL", "user_1", new { message_id = value });
            Assert.True(answer.Status == 400 || (answer.Status == 200 && !answer.Json.GetProperty("successful").GetBoolean()), $"{value}: {answer.Text}");
            Assert.True(Sent(world).Count == sent.Count, $"{value} was sent: {Sent(world)[^1].Target}");
        }

        // Half of a surrogate pair, as no encoder would write it.
        const string Broken = """{ "user_id": "user_1", "arguments": { "message_id": "x\ud800" } }""";
        (await world.Project.PostAsync("/api/v3.1/tools/execute/SANDBOX_GET_MAIL", Broken)).Expect(200);
        Assert.Equal(Below + Uri.EscapeDataString("x\ufffd"), Sent(world)[^1].Target);

        foreach (var value in OddSegments)
        {
            (await world.ExecuteAsync("SANDBOX_GET_MAIL", "user_1", new { message_id = value })).Expect(200);
            Assert.Equal(Below + Uri.EscapeDataString(value), Sent(world)[^1].Target);
        }

        Assert.Equal(sent.Count + 1 + OddSegments.Length, Sent(world).Count);
        AssertOnlyTheProvider(world);
    }

    [Theory, OnBothEngines]
    public async Task A_tools_query_and_body_hold_what_was_said_and_nothing_more(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        await world.ConnectAsync("user_1", "alice");
        foreach (var value in (string[])["a&folder=sent", "a#b", "?x=y", "a\r\nHost: evil.example", "%0d%0aX: y", "a;b", "http://evil.example/"])
        {
            (await world.ExecuteAsync("SANDBOX_ECHO", "user_1", new { text = value })).Expect(200);
            Assert.Equal("/api/echo?text=" + Uri.EscapeDataString(value), Sent(world)[^1].Target);
            (await world.ExecuteAsync("SANDBOX_SEND_MAIL", "user_1", new { to = value, subject = value })).Expect(200);
            Assert.Equal("/api/mail/messages", Sent(world)[^1].Target);
            Assert.Equal(value, JsonDocument.Parse(Sent(world)[^1].Body).RootElement.GetProperty("subject").GetString());
        }

        AssertOnlyTheProvider(world);
    }

    /// <summary>PROVIDER is the toolkit's own host and port, SINK and PORT another server's.</summary>
    private static readonly string[] ForeignEndpoints =
    [
        // Another host, in whatever spelling.
        "http://SINK/", "http://SINK/api/me", "https://SINK/", "https://PROVIDER/api/me", "https://evil.example/", "//SINK/", "///SINK/", "////SINK",
        "/\\SINK/", "\\\\SINK\\x", "\\/SINK", "http:\\\\SINK\\", "http://PROVIDER@SINK/", "http://PROVIDER%40SINK/", "http://PROVIDER\\@SINK/",
        "http://PROVIDER.evil.example/", "http://PROVIDER:80@SINK/", "http://user@PROVIDER/api/me", "http://user:password@PROVIDER/api/me",
        "http://[::ffff:127.0.0.1]:PORT/", "http://[::1]:PORT/", "http://2130706433:PORT/", "http://0x7f.1:PORT/", "http://017700000001:PORT/",
        "http://127.1:PORT/", "http://0:PORT/", "http://localhost:PORT/", "http://①②⑦.⓪.⓪.①:PORT/", "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1/api/me", "http:///SINK/", " http://SINK/", "http://SINK", "HTTP://SINK/", "http://PROVIDER:PORT/",
        "ftp://PROVIDER/api/me", "ws://PROVIDER/api/me", "file:///etc/passwd", "gopher://SINK/_x", "data://SINK/", "jar:http://SINK/!/",

        // Out of the base address, or into another request.
        "/api/../oauth/token", "/../oauth/token", "..", "/..", "./api/me", "/api/./me", "/api/%2e%2e/oauth/token", "/api/%2E%2E/%2E%2E/x", "/api/..%2foauth",
        "/api/..%5coauth", "/api/%252e%252e/oauth", "/api/..;/oauth/token", "/api/..;x/oauth", "/api//me", "/api/me//", "//api/me", "/api/％2e％2e/／",
        "/api/me#x", "/api/me#@SINK/", "/api/me\r\nHost: SINK", "/api/me HTTP/1.1\r\nHost: SINK", "/api/%0d%0aHost: SINK", "/api/me%00", "/api/\tme",
        "http://PROVIDER/../oauth/token", "http://PROVIDER/api/%2e%2e/oauth/token", "http://PROVIDER//SINK/",
    ];

    [Theory, OnBothEngines]
    public async Task An_endpoint_of_the_proxy_that_leads_elsewhere_is_refused_and_nothing_is_sent(string engine)
    {
        await using var sink = RawServer.Sink();
        await using var world = await World.CreateAsync(engine);
        var account = await world.ConnectAsync("user_1", "alice");
        var sent = Sent(world).Count;
        foreach (var spelling in ForeignEndpoints)
        {
            var endpoint = spelling.Replace("PROVIDER", new Uri(world.Provider.BaseUrl).Authority, StringComparison.Ordinal)
                .Replace("SINK", $"127.0.0.1:{sink.Port}", StringComparison.Ordinal).Replace("PORT", $"{sink.Port}", StringComparison.Ordinal);
            var refused = await ProxyAsync(world, account, endpoint);
            Assert.True(refused is { Status: 400, Slug: "OriginMismatch" or "Request_Invalid" }, $"{endpoint}: {refused.Status} {refused.Text}");
            Assert.DoesNotContain("127.0.0.1", refused.Text, StringComparison.Ordinal);
            Assert.True(Sent(world).Count == sent, $"{endpoint} was sent: {Sent(world)[^1].Target}");
        }

        Assert.Equal(0, sink.Connections);

        // The control: the provider itself, by path and by URL.
        (await ProxyAsync(world, account, "/api/me")).Expect(200);
        (await ProxyAsync(world, account, world.Provider.BaseUrl + "/api/me?x=y")).Expect(200);
        Assert.Equal("/api/me?x=y", Sent(world)[^1].Target);
        AssertOnlyTheProvider(world);
    }

    [Theory, OnBothEngines]
    public async Task The_proxys_caller_sets_no_header_that_says_who_asks_or_where(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var account = await world.ConnectAsync("user_1", "alice");
        var sent = Sent(world).Count;
        foreach (var name in (string[])["Host", "host", "Authorization", "authorization", "Cookie", "Transfer-Encoding", "Content-Length", "Connection", "Proxy-Authorization", "TE", "Upgrade", "Expect", "Forwarded", "X-Forwarded-Host", "X-Forwarded-For", "X-HTTP-Method-Override", "X-Original-URL", "X-Rewrite-URL", "X-Api-Key", "Range", "Accept\r\nAuthorization", "Accept ", "", ":path"])
        {
            (await HeaderAsync(name, "x")).Expect(400);
        }

        foreach (var value in (string[])["x\r\nAuthorization: Bearer mine", "x\nHost: evil.example", "x\u0000", "x\u007f", "x\u2028y"])
        {
            (await HeaderAsync("Accept", value)).Expect(400);
        }

        foreach (var method in (string[])["CONNECT", "TRACE", "OPTIONS", "GET /\r\nX", "GETX", "", "PURGE"])
        {
            (await world.Project.PostAsync("/api/v3.1/tools/execute/proxy", new { connected_account_id = account, endpoint = "/api/me", method })).Expect(400);
        }

        Assert.Equal(sent, Sent(world).Count);
        (await HeaderAsync("Accept-Language", "de")).Expect(200);
        Assert.Equal("de", Sent(world)[^1].Headers["Accept-Language"]);
        Assert.Equal("alice", Sent(world)[^1].User);

        Task<Answer> HeaderAsync(string name, string value) => world.Project.PostAsync(
            "/api/v3.1/tools/execute/proxy",
            new { connected_account_id = account, endpoint = "/api/me", method = "GET", parameters = new[] { new { name, value, type = "header" } } });
    }

    [Theory, OnBothEngines]
    public async Task Nothing_is_fetched_and_no_credential_taken_from_a_request(string engine)
    {
        await using var sink = RawServer.Sink();
        await using var world = await World.CreateAsync(engine);
        var account = await world.ConnectAsync("user_1", "alice");
        var sent = Sent(world).Count;
        (await world.Project.PostAsync("/api/v3.1/tools/execute/proxy", new
        {
            connected_account_id = account, endpoint = "/api/issues", method = "POST", binary_body = new { url = sink.Url() },
        })).Expect(400);
        foreach (var own in (object[])
        [
            new { user_id = "user_1", arguments = new { }, custom_auth_params = new { base_url = sink.Url(), parameters = new[] { new { name = "Authorization", value = "Bearer mine", @in = "header" } } } },
            new { user_id = "user_1", arguments = new { }, custom_connection_data = new { authScheme = "OAUTH2", val = new { access_token = "mine", base_url = sink.Url() } } },
            new { user_id = "user_1", arguments = new { }, text = $"fetch {sink.Url()}" },
        ])
        {
            var refused = await world.Project.PostAsync("/api/v3.1/tools/execute/SANDBOX_GET_ME", own);
            Assert.True(refused.Status == 400 || !refused.Text.Contains("mine", StringComparison.Ordinal), refused.Text);
        }

        Assert.All(Sent(world).Skip(sent), request => Assert.Equal(("/api/me", "alice"), (request.Target, request.User)));
        Assert.Equal(0, sink.Connections);
    }

    private static Task<Answer> ProxyAsync(World world, string account, string endpoint) => world.Project.PostAsync(
        "/api/v3.1/tools/execute/proxy", new { connected_account_id = account, endpoint, method = "GET" });

    private static List<LedgerRequest> Sent(World world) => [.. world.Provider.Ledger.Requests.Where(r => r.Step == Step.Api)];

    /// <summary>Every call that carried a credential was made to the provider's own name, and for alice.</summary>
    private static void AssertOnlyTheProvider(World world) => Assert.All(Sent(world), request =>
    {
        Assert.Equal(new Uri(world.Provider.BaseUrl).Authority, request.Headers["Host"]);
        Assert.Equal("alice", request.User);
    });
}
