using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Behalf.Tests.Sandbox;

public sealed class ApiTests
{
    public static TheoryData<string, string, string, string?> Routes { get; } = new()
    {
        { "profile", "GET", "/api/me", null },
        { "profile", "GET", "/oauth/userinfo", null },
        { "mail.read", "GET", "/api/mail/messages", null },
        { "mail.read", "GET", "/api/mail/messages?folder=sent&query=draft&limit=1", null },
        { "mail.send", "POST", "/api/mail/messages", """{"to":"bob","subject":"Hi"}""" },
        { "chat.read", "GET", "/api/chat/channels", null },
        { "chat.read", "GET", "/api/chat/messages?channel=general", null },
        { "chat.write", "POST", "/api/chat/messages", """{"channel":"general","text":"Hi"}""" },
        { "issues.read", "GET", "/api/issues?state=all", null },
        { "issues.read", "GET", "/api/issues/1", null },
        { "issues.write", "POST", "/api/issues", """{"title":"New","labels":["a"]}""" },
        { "issues.write", "PATCH", "/api/issues/1", """{"state":"closed"}""" },
    };

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_route_takes_its_scope_and_names_it_when_it_is_missing(
        string scope, string method, string path, string? body)
    {
        await using var provider = await TestProvider.StartAsync();
        var with = await provider.ConnectAsync("alice", scope);
        using var allowed = await SendAsync(provider, with.Access, method, path, body);
        Assert.True(allowed.IsSuccessStatusCode, $"{(int)allowed.StatusCode}");

        var others = string.Join(' ', TestProvider.Everything.Split(' ').Where(other => other != scope));
        var without = await provider.ConnectAsync("bob", others);
        using var refused = await SendAsync(provider, without.Access, method, path, body);
        Assert.Equal("403 insufficient_scope", await TestProvider.ErrorAsync(refused));
        var challenge = refused.Headers.WwwAuthenticate.Single().ToString();
        Assert.Contains("error=\"insufficient_scope\"", challenge, StringComparison.Ordinal);
        Assert.Contains($"scope=\"{scope}\"", challenge, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "401 unauthorized", "Bearer realm=\"sandbox\"")]
    [InlineData("Bearer sba_cnry_unknown", "401 invalid_token", "error=\"invalid_token\"")]
    [InlineData("Bearer", "401 invalid_token", "error=\"invalid_token\"")]
    [InlineData("Token x", "401 invalid_token", "error=\"invalid_token\"")]
    [InlineData("Basic !", "401 unauthorized", "Basic realm=\"sandbox\"")]
    public async Task A_bad_credential_is_told_what_is_wanted(string? authorization, string expected, string challenge)
    {
        await using var provider = await TestProvider.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/me");
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var response = await provider.Http.SendAsync(request);
        Assert.Equal(expected, await TestProvider.ErrorAsync(response));
        Assert.Contains(challenge, response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refresh_token_is_no_access_token()
    {
        await using var provider = await TestProvider.StartAsync();
        Assert.False(await provider.WorksAsync((await provider.ConnectAsync("alice")).Refresh));
    }

    [Fact]
    public async Task Mail_goes_from_one_mailbox_to_the_other_and_no_third()
    {
        await using var provider = await TestProvider.StartAsync();
        var (alice, bob, carol) = (await TokenOf(provider, "alice"), await TokenOf(provider, "bob"), await TokenOf(provider, "carol"));
        using var sent = await SendAsync(
            provider, alice, "POST", "/api/mail/messages",
            """{"to":"bob@sandbox.example","subject":"Plan B","body":"Tell nobody."}""");
        Assert.Equal(HttpStatusCode.Created, sent.StatusCode);

        var received = Assert.Single(await Items(provider, bob, "/api/mail/messages?query=plan"))!;
        Assert.Equal("alice@sandbox.example", (string?)received["from"]);
        Assert.Single(await Items(provider, alice, "/api/mail/messages?folder=sent&query=plan"));
        Assert.Empty(await Items(provider, carol, "/api/mail/messages?query=plan"));

        var id = (string)received["id"]!;
        using var own = await provider.ApiAsync(bob, $"/api/mail/messages/{id}");
        Assert.Equal("Tell nobody.", (string?)(await TestProvider.JsonAsync(own))["body"]);
        using var foreign = await provider.ApiAsync(carol, $"/api/mail/messages/{id}");
        Assert.Equal("404 not_found", await TestProvider.ErrorAsync(foreign));
    }

    [Fact]
    public async Task Issues_and_chat_say_who_wrote_them()
    {
        await using var provider = await TestProvider.StartAsync();
        var (alice, bob) = (await TokenOf(provider, "alice"), await TokenOf(provider, "bob"));
        using var opened = await SendAsync(
            provider, bob, "POST", "/api/issues", """{"title":"It hums","body":"All day.","labels":["noise"]}""");
        var number = (int)(await TestProvider.JsonAsync(opened))["number"]!;
        using var closed = await SendAsync(provider, alice, "PATCH", $"/api/issues/{number}", """{"state":"closed"}""");
        var issue = await TestProvider.JsonAsync(closed);
        Assert.Equal(("bob", "closed", "It hums"), ((string?)issue["author"]!["id"], (string?)issue["state"], (string?)issue["title"]));
        Assert.DoesNotContain(await Items(provider, alice, "/api/issues"), open => (int)open!["number"]! == number);
        Assert.Contains(await Items(provider, alice, "/api/issues?state=closed"), shut => (int)shut!["number"]! == number);

        using var posted = await SendAsync(
            provider, alice, "POST", "/api/chat/messages", """{"channel":"random","text":"Cake!"}""");
        Assert.Equal(HttpStatusCode.Created, posted.StatusCode);
        Assert.Equal("alice", (string?)(await Items(provider, bob, "/api/chat/messages?channel=random"))[0]!["author"]!["id"]);
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gap_or_repetition_even_when_something_arrives()
    {
        await using var provider = await TestProvider.StartAsync();
        var token = await TokenOf(provider, "alice");
        for (var i = 0; i < 7; i++)
        {
            await SendAsync(provider, token, "POST", "/api/issues", $$"""{"title":"Issue {{i}}"}""");
        }

        var (seen, cursor) = (new List<int>(), "");
        do
        {
            using var response = await provider.ApiAsync(token, $"/api/issues?limit=2{cursor}");
            var page = await TestProvider.JsonAsync(response);
            seen.AddRange(page["items"]!.AsArray().Select(item => (int)item!["number"]!));
            cursor = page["next_cursor"] is { } next ? $"&cursor={next}" : null;
            await SendAsync(provider, token, "POST", "/api/issues", """{"title":"Meanwhile"}""");
        }
        while (cursor is not null);

        Assert.Equal([9, 8, 7, 6, 5, 4, 3, 2, 1], seen);
    }

    [Theory]
    [InlineData("/api/issues?limit=0")]
    [InlineData("/api/issues?limit=101")]
    [InlineData("/api/issues?limit=x")]
    [InlineData("/api/issues?cursor=nonsense")]
    [InlineData("/api/issues?state=ajar")]
    [InlineData("/api/mail/messages?folder=outbox")]
    [InlineData("/api/status/99")]
    [InlineData("/api/slow?ms=-1")]
    [InlineData("/api/echo?as=rot13")]
    public async Task Nonsense_is_a_bad_request(string path)
    {
        await using var provider = await TestProvider.StartAsync();
        using var response = await provider.ApiAsync(await TokenOf(provider, "alice"), path);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task A_user_can_come_with_an_own_key_or_password_instead()
    {
        await using var provider = await TestProvider.StartAsync();
        using var keyMade = await provider.Http.PostAsync("/users/alice/api_keys", null);
        using var passwordMade = await provider.Http.PostAsync("/users/bob/app_passwords", null);
        var key = (string)(await TestProvider.JsonAsync(keyMade))["api_key"]!;
        var password = (string)(await TestProvider.JsonAsync(passwordMade))["app_password"]!;

        Assert.Equal("alice", await WhoAmI("X-Api-Key", key));
        Assert.Equal("bob", await WhoAmI("Authorization", Basic("bob", password)));
        Assert.Null(await WhoAmI("Authorization", Basic("alice", password)));
        Assert.Null(await WhoAmI("Authorization", Basic("alice", key)));
        Assert.Null(await WhoAmI("X-Api-Key", password));
        Assert.Null(await WhoAmI("X-Api-Key", "sbk_cnry_guess"));

        async Task<string?> WhoAmI(string header, string value)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/me") { Headers = { { header, value } } };
            using var response = await provider.Http.SendAsync(request);
            return response.IsSuccessStatusCode ? (string?)(await TestProvider.JsonAsync(response))["id"] : null;
        }

        static string Basic(string user, string secret) =>
            $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{secret}"))}";
    }

    [Fact]
    public async Task Echo_tells_what_was_sent_with_the_credential()
    {
        await using var provider = await TestProvider.StartAsync();
        var token = await TokenOf(provider, "alice");
        using var response = await provider.ApiAsync(token, "/api/echo?a=1", HttpMethod.Post, new { x = "y" });
        var echo = await TestProvider.JsonAsync(response);
        Assert.Equal($"Bearer {token}", (string?)echo["headers"]!["Authorization"]);
        Assert.Equal(("?a=1", "{\"x\":\"y\"}"), ((string?)echo["query"], (string?)echo["body"]));
    }

    [Theory]
    [InlineData("as=hex", "hex")]
    [InlineData("as=base64&shift=0", "base64")]
    [InlineData("as=base64&shift=1", "base64")]
    [InlineData("as=base64&shift=2", "base64")]
    [InlineData("as=url", "url")]
    [InlineData("as=json", "raw")]
    [InlineData("coding=gzip", "gzip")]
    [InlineData("coding=br", "br")]
    [InlineData("coding=deflate", "deflate")]
    [InlineData("chunk=5", "raw")]
    [InlineData("place=error", "raw")]
    [InlineData("place=header", "header")]
    [InlineData("place=location", "location")]
    public async Task Echo_can_be_dressed(string dress, string reading)
    {
        await using var provider = await TestProvider.StartAsync();
        var token = await TokenOf(provider, "alice");
        using var response = await provider.ApiAsync(token, $"/api/echo?{dress}");
        var body = await response.Content.ReadAsByteArrayAsync();
        var text = Encoding.UTF8.GetString(body);
        var read = reading switch
        {
            "hex" => Encoding.UTF8.GetString(Convert.FromHexString(text)),
            "base64" => Encoding.UTF8.GetString(Convert.FromBase64String(text)),
            "url" => Uri.UnescapeDataString(text),
            "gzip" => await Unpack(new GZipStream(new MemoryStream(body), CompressionMode.Decompress)),
            "br" => await Unpack(new BrotliStream(new MemoryStream(body), CompressionMode.Decompress)),
            "deflate" => await Unpack(new ZLibStream(new MemoryStream(body), CompressionMode.Decompress)),
            "header" => response.Headers.GetValues("X-Reflected").Single(),
            "location" => Uri.UnescapeDataString(response.Headers.Location!.ToString()),
            _ => text,
        };
        Assert.Contains(token, read, StringComparison.Ordinal);
        Assert.Equal(reading is "raw" or "url", text.Contains(token, StringComparison.Ordinal));

        static async Task<string> Unpack(Stream packed) => await new StreamReader(packed).ReadToEndAsync();
    }

    [Fact]
    public async Task Status_and_slow_do_as_they_are_told()
    {
        await using var provider = await TestProvider.StartAsync();
        var token = await TokenOf(provider, "alice");
        using var busy = await provider.ApiAsync(token, "/api/status/429?retry_after=9");
        Assert.Equal((429, TimeSpan.FromSeconds(9)), ((int)busy.StatusCode, busy.Headers.RetryAfter!.Delta));
        using var empty = await provider.ApiAsync(token, "/api/status/204");
        Assert.Equal(HttpStatusCode.NoContent, empty.StatusCode);
        using var slow = await provider.ApiAsync(token, "/api/slow?ms=1");
        Assert.Equal(1, (int?)(await TestProvider.JsonAsync(slow))["slept_ms"]);
    }

    private static async Task<string> TokenOf(TestProvider provider, string user) => (await provider.ConnectAsync(user)).Access;

    private static async Task<JsonArray> Items(TestProvider provider, string token, string path)
    {
        using var response = await provider.ApiAsync(token, path);
        return (await TestProvider.JsonAsync(response))["items"]!.AsArray();
    }

    private static Task<HttpResponseMessage> SendAsync(
        TestProvider provider, string token, string method, string path, string? body)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        return provider.Http.SendAsync(request);
    }
}
