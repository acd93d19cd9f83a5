using Behalf.Storage;
using Behalf.Tests.Egress;
using Behalf.Tests.Support;

namespace Behalf.Tests.Security;

/// <summary>A12: no redirect, no field of a connection and no picture's address brings the server to call a place that is not
/// the provider's, and a refusal tells nothing about that place.</summary>
public sealed class ForgeryAttackTests
{
    /// <summary>PORT is the sink's, on every address of this machine.</summary>
    private static readonly string[] Places =
    [
        "http://127.0.0.1:PORT/", "//127.0.0.1:PORT/", "http://127.0.0.2:PORT/", "http://2130706433:PORT/", "http://0x7f.1:PORT/", "http://0177.0.0.1:PORT/",
        "http://127.1:PORT/", "http://0.0.0.0:PORT/", "http://0:PORT/", "http://localhost:PORT/", "http://localhost.:PORT/", "http://ⓛocalhost:PORT/",
        "http://[::1]:PORT/", "http://[::ffff:127.0.0.1]:PORT/", "http://[::127.0.0.1]:PORT/", "http://[64:ff9b::7f00:1]:PORT/", "http://[2002:7f00:1::]:PORT/",
        "https://127.0.0.1:PORT/", "https://[::1]:PORT/", "http://169.254.169.254/latest/meta-data/", "http://[::ffff:a9fe:a9fe]/", "http://10.0.0.1/",
        "http://192.168.0.1/", "http://172.16.0.1/", "http://100.64.0.1/", "http://[fd00::1]/", "http://user@127.0.0.1:PORT/", "http://127.0.0.2@127.0.0.1:PORT/",
        "ftp://127.0.0.1:PORT/", "file:///etc/passwd", "gopher://127.0.0.1:PORT/_x", "\\\\127.0.0.1:PORT\\", "http:\\\\127.0.0.1:PORT\\",
    ];

    [Theory, OnBothEngines]
    public async Task A_redirect_of_the_provider_leads_the_credential_nowhere(string engine)
    {
        await using var sink = RawServer.Sink();
        await using var world = await KeyedWorld.CreateAsync(engine);
        (await world.ConnectAsync("2")).Expect(201);
        (await world.ExecuteAsync()).Expect(200);
        foreach (var place in Places.Append("https://evil.example/"))
        {
            world.Redirect(At(place, sink), place.Contains('@', StringComparison.Ordinal) ? 307 : 302);
            foreach (var call in (Func<Task<Answer>>[])[() => world.ExecuteAsync(), () => world.ProxyAsync()])
            {
                var before = world.Provider.Requests.Count;
                AssertDenied(await call(), place);
                Assert.Equal(before + 1, world.Provider.Requests.Count);
            }
        }

        Assert.Equal(0, sink.Connections);
        Assert.All(world.Provider.Requests, head => Assert.Contains("Host: 127.0.0.2:", head, StringComparison.OrdinalIgnoreCase));

        // The provider was asked, so the trail does not say that nothing happened.
        var told = await world.LastEventAsync("tool.executed");
        Assert.Equal("failed", told.GetProperty("outcome").GetString());
        Assert.Contains("egress_denied", told.GetProperty("detail").ToString(), StringComparison.Ordinal);
    }

    /// <summary>The toolkit's pattern lets the value through, the guard does not: 127.0.0.3 is not among the allowed.</summary>
    [Theory, OnBothEngines]
    public async Task A_host_without_a_public_address_is_refused_with_the_setting_that_would_allow_it(string engine)
    {
        await using var world = await KeyedWorld.CreateAsync(engine);
        await using var sink = RawServer.Start(_ => Task.CompletedTask, "127.0.0.3", world.Provider.Port);
        (await world.ConnectAsync("3")).Expect(201);
        foreach (var (answer, action) in new[] { (await world.ExecuteAsync(), "tool.executed"), (await world.ProxyAsync(), "proxy.executed") })
        {
            AssertDenied(answer, "127.0.0.3");
            Assert.Contains("BEHALF_EGRESS_ALLOW", answer.Text, StringComparison.Ordinal);
            var told = await world.LastEventAsync(action);
            Assert.Equal("refused", told.GetProperty("outcome").GetString());
            Assert.Equal("address", told.GetProperty("detail").GetProperty("denial").GetString());
        }

        Assert.Equal((0, 0), (sink.Connections, world.Provider.Connections));
    }

    /// <summary>Values for the part of a host that a connection chooses.</summary>
    private static readonly string[] NoNodes =
    [
        "2:80", "2/", "2/x", "2#", "2?", "2@evil.example", "@evil.example", "2.evil.example", ".evil.example", "evil.example", "2\\", "2\n", "\n2", "2\r\nHost: x",
        " 2", "2 ", "２", "٢", "②", "2%2f", "%32", "2\u0000", "2:80/?", "{node}", "1.1.1.1", "-2", "0x2", "2222", "",
    ];

    [Theory, OnBothEngines]
    public async Task A_connections_field_chooses_no_host_beyond_its_pattern(string engine)
    {
        await using var world = await KeyedWorld.CreateAsync(engine);
        foreach (var node in NoNodes.Where(node => node.Length > 0))
        {
            Refused(await world.ConnectAsync(node), node);
            Refused(await world.Project.PostAsync("/api/v3.1/connected_accounts/link", new { auth_config_id = world.AuthConfig, user_id = "user_1", connection_data = new { node } }), node);
            Refused(await world.Project.PostAsync("/api/v3.1/auth_configs", new
            {
                toolkit = new { slug = "sandbox" }, auth_config = new { type = "use_custom_auth", authScheme = "API_KEY", credentials = new { node } },
            }), node);
            Refused(await world.Project.PatchAsync($"/api/v3.1/auth_configs/{world.AuthConfig}", new { type = "custom", credentials = new { node } }), node);
        }

        Assert.Equal(0, world.Provider.Connections);

        static void Refused(Answer answer, string node) => Assert.True(answer.Status == 400, $"{node}: {answer.Status} {answer.Text}");
    }

    [Theory, OnBothEngines]
    public async Task Nor_does_what_a_user_types_into_the_page(string engine)
    {
        await using var world = await KeyedWorld.CreateAsync(engine);
        var url = (await world.Project.PostAsync("/api/v3.1/connected_accounts/link", new { auth_config_id = world.AuthConfig, user_id = "user_1" }))
            .Expect(201).Json.GetProperty("redirect_url").GetString()!;
        using var browser = new TestBrowser();
        foreach (var node in (string[])["2:80", "2/x", "2#", "2@evil.example", "evil.example", "２", "", "2222"])
        {
            var page = await browser.SubmitAsync(url, "", ("generic_api_key", KeyedWorld.Key), ("node", node));
            Assert.NotNull(page.FormToken);
            Assert.DoesNotContain(KeyedWorld.Key, page.Text, StringComparison.Ordinal);
        }

        Assert.Equal(0, world.Provider.Connections);
        Assert.Equal("connected", (await browser.SubmitAsync(url, "", ("generic_api_key", KeyedWorld.Key), ("node", "2"))).Reason);
        Assert.NotEmpty(world.Provider.Requests);
    }

    /// <summary>What the auth config says of the host is not for a user, or whoever calls for one, to change.</summary>
    [Theory, OnBothEngines]
    public async Task A_field_that_the_auth_config_fixes_stays_as_it_is(string engine)
    {
        await using var world = await KeyedWorld.CreateAsync(engine);
        await using var sink = RawServer.Start(_ => Task.CompletedTask, "127.0.0.3", world.Provider.Port);
        (await world.ConnectAsync("")).Expect(400);
        (await world.Project.PatchAsync($"/api/v3.1/auth_configs/{world.AuthConfig}", new { type = "custom", credentials = new { node = "2" } })).Expect(200);
        (await world.ConnectAsync("3")).Expect(201);
        (await world.ExecuteAsync()).Expect(200);
        var url = (await world.Project.PostAsync(
            "/api/v3.1/connected_accounts/link", new { auth_config_id = world.AuthConfig, user_id = "user_2", connection_data = new { node = "3" } }))
            .Expect(201).Json.GetProperty("redirect_url").GetString()!;
        using var browser = new TestBrowser();
        Assert.Equal("connected", (await browser.SubmitAsync(url, "", ("generic_api_key", KeyedWorld.Key), ("node", "3"))).Reason);
        (await world.ExecuteAsync("user_2")).Expect(200);
        (await world.ProxyAsync("user_2")).Expect(200);
        Assert.Equal(0, sink.Connections);
        Assert.Equal(6, world.Provider.Requests.Count);
    }

    /// <summary>Whoever writes into the database does not choose the host either.</summary>
    [Theory, OnBothEngines]
    public async Task A_field_that_was_changed_in_the_database_is_judged_again(string engine)
    {
        await using var sink = RawServer.Sink();
        await using var world = await KeyedWorld.CreateAsync(engine);
        (await world.ConnectAsync("2")).Expect(201);
        var before = world.Provider.Requests.Count;
        foreach (var stored in (string[])[$$"""{"node":"1:{{sink.Port}}/x?"}""", $$"""{"node":"2:{{sink.Port}}/x?"}""", """{"node":"2@evil.example"}""", "{}"])
        {
            await world.Server.Database.WriteAsync(
                RowScope.System, session => session.ExecuteAsync("update account set params = @stored", new { stored }), CancellationToken.None);
            AssertDenied(await world.ExecuteAsync(), stored);
            AssertDenied(await world.ProxyAsync(), stored);
        }

        Assert.Equal((before, 0), (world.Provider.Requests.Count, sink.Connections));
    }

    [Theory, OnBothEngines]
    public async Task A_picture_that_the_server_fetches_for_a_page_is_no_way_in(string engine)
    {
        await using var sink = RawServer.Sink();
        await using var world = await KeyedWorld.CreateAsync(engine);
        var link = (await world.Project.PostAsync("/api/v3.1/connected_accounts/link", new { auth_config_id = world.AuthConfig, user_id = "user_1" }))
            .Expect(201).Json.GetProperty("redirect_url").GetString()!;
        using var browser = new TestBrowser();
        foreach (var place in Places.Append("http://127.0.0.2:" + world.Provider.Port + "/"))
        {
            var set = await world.Project.PatchAsync("/api/v3.1/project", new { branding = new { logo_url = At(place, sink) } });
            if (set.Status == 400)
            {
                continue;
            }

            set.Expect(200);
            world.Redirect($"http://127.0.0.1:{sink.Port}/");
            var page = await browser.OpenAsync(new Uri(link));
            var logo = System.Text.RegularExpressions.Regex.Match(page.Text, "/connect/logo/[^\"]+").Value;
            Assert.NotEmpty(logo);
            Assert.Equal(404, (await browser.OpenAsync(new Uri(world.Server.Url, logo))).Status);
        }

        Assert.Equal(0, sink.Connections);
    }

    private static string At(string place, RawServer sink) => place.Replace("PORT", $"{sink.Port}", StringComparison.Ordinal);

    /// <summary>A refusal of its own, with a next step, that says nothing of where it would have gone or with what.</summary>
    private static void AssertDenied(Answer answer, string place)
    {
        Assert.True(answer is { Status: 403, Slug: "egress_denied" }, $"{place}: {answer.Status} {answer.Text}");
        Assert.Equal("false", answer.Headers["x-should-retry"]);
        Assert.NotEmpty(answer.Json.GetProperty("error").GetProperty("suggested_fix").GetString()!);
        Assert.DoesNotMatch(@"127\.0|evil|169\.254|cnry_", answer.Text);
    }
}
