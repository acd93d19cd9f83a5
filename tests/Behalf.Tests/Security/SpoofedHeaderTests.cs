using System.Net;
using Behalf.Tests.Support;

namespace Behalf.Tests.Security;

/// <summary>A29: what a request says of hosts, schemes and addresses is believed of nobody but a proxy that the operator named,
/// and of that one only the client's address.</summary>
public sealed class SpoofedHeaderTests
{
    private static readonly (string, string)[] Spoof =
    [
        ("Host", "evil.example"), ("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Port", "444"),
        ("X-Forwarded-Prefix", "/evil"), ("X-Forwarded-For", "203.0.113.9"), ("X-Original-Host", "evil.example"), ("X-Original-URL", "/evil"),
        ("X-Rewrite-URL", "/evil"), ("X-HTTP-Method-Override", "DELETE"), ("Forwarded", "for=203.0.113.9;host=evil.example;proto=https"),
    ];

    [Theory]
    [InlineData("sqlite", null)]
    [InlineData("sqlite", "127.0.0.0/8")]
    [InlineData("postgres", null)]
    [InlineData("postgres", "127.0.0.0/8")]
    public async Task No_header_changes_a_url_that_is_given_out(string engine, string? trusted)
    {
        await using var world = await World.CreateAsync(engine, options: Trusting(trusted));
        var made = (await world.Project.SendAsync(
            HttpMethod.Post,
            "/api/v3.1/auth_configs",
            new { toolkit = new { slug = "sandbox" }, auth_config = new { type = "use_custom_auth", authScheme = "OAUTH2" } },
            Spoof)).Expect(201).Json.GetProperty("auth_config").GetProperty("redirect_uri").GetString()!;
        var link = (await world.Project.SendAsync(
            HttpMethod.Post, "/api/v3.1/connected_accounts/link", new { auth_config_id = world.AuthConfig, user_id = "user_1" }, Spoof))
            .Expect(201).Json.GetProperty("redirect_url").GetString()!;
        var refusal = (await world.Project.SendAsync(
            HttpMethod.Post, "/api/v3.1/tools/execute/SANDBOX_GET_ME", new { user_id = "carol", arguments = new { } }, Spoof)).Expect(400);
        Assert.StartsWith(world.Server.Url.ToString(), made, StringComparison.Ordinal);
        Assert.StartsWith(world.Server.Url.ToString(), link, StringComparison.Ordinal);
        Assert.Contains(world.Server.Url + "connect/", refusal.Text, StringComparison.Ordinal);

        // The page, its cookie and its way on are the same as without.
        using var nobody = world.Server.Client();
        var page = (await nobody.SendAsync(HttpMethod.Get, new Uri(link).AbsolutePath, null, Spoof)).Expect(200);
        Assert.DoesNotContain("evil", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("secure", page.Headers["Set-Cookie"], StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("domain", page.Headers["Set-Cookie"], StringComparison.OrdinalIgnoreCase);
        var document = await nobody.SendAsync(HttpMethod.Get, "/openapi.json", null, Spoof);
        Assert.DoesNotContain("evil", document.Expect(200).Text, StringComparison.Ordinal);
    }

    [Theory, OnBothEngines]
    public async Task Behind_the_public_url_only_that_url_is_given_out(string engine)
    {
        await using var server = await TestServer.StartAsync(
            engine, new TestServerOptions { Adjust = settings => settings with { PublicUrl = new Uri("https://agents.example.com") } });
        using var project = await server.NewProjectAsync();
        var made = (await project.SendAsync(
            HttpMethod.Post,
            "/api/v3.1/auth_configs",
            new { toolkit = new { slug = "sandbox" }, auth_config = new { type = "use_custom_auth", authScheme = "API_KEY" } },
            Spoof)).Expect(201).Json.GetProperty("auth_config").GetProperty("id").GetString()!;
        var link = (await project.SendAsync(HttpMethod.Post, "/api/v3.1/connected_accounts/link", new { auth_config_id = made, user_id = "user_1" }, Spoof))
            .Expect(201).Json.GetProperty("redirect_url").GetString()!;
        Assert.StartsWith("https://agents.example.com/connect/", link, StringComparison.Ordinal);
        using var nobody = server.Client();
        var page = (await nobody.SendAsync(HttpMethod.Get, new Uri(link).AbsolutePath, null, ("X-Forwarded-Proto", "http"))).Expect(200);
        Assert.Matches("^__Host-.*; ?secure", page.Headers["Set-Cookie"]);
    }

    [Theory, OnBothEngines]
    public async Task Another_address_in_each_guess_does_not_get_around_the_limit(string engine)
    {
        await using var server = await TestServer.StartAsync(engine);
        using var guesser = server.Client("ak_guess");
        for (var i = 0; i < 20; i++)
        {
            (await GuessAsync(guesser, $"203.0.113.{i}")).Expect(401);
        }

        (await GuessAsync(guesser, "203.0.113.200")).Expect(429);
    }

    [Theory, OnBothEngines]
    public async Task A_named_proxy_tells_the_clients_apart_and_what_a_client_writes_itself_counts_for_nothing(string engine)
    {
        await using var server = await TestServer.StartAsync(engine, Trusting("127.0.0.0/8"));
        using var guesser = server.Client("ak_guess");
        for (var i = 0; i < 20; i++)
        {
            // The proxy adds the address that it sees behind whatever the client sent.
            (await GuessAsync(guesser, $"198.51.100.{i}, 203.0.113.9")).Expect(401);
        }

        (await GuessAsync(guesser, "198.51.100.77, 203.0.113.9")).Expect(429);
        (await GuessAsync(guesser, "203.0.113.10")).Expect(401);
    }

    private static Task<Answer> GuessAsync(TestClient guesser, string forwardedFor) =>
        guesser.SendAsync(HttpMethod.Get, "/api/v3.1/project", null, ("X-Forwarded-For", forwardedFor));

    private static TestServerOptions Trusting(string? network) => new()
    {
        Adjust = settings => settings with { TrustedProxies = network is null ? [] : [IPNetwork.Parse(network)] },
    };
}
