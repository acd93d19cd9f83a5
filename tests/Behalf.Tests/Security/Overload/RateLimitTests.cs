using System.Net;
using Behalf.Projects.ApiKeys;
using Behalf.Projects.Limits;
using Behalf.Tests.Support;

namespace Behalf.Tests.Security.Overload;

/// <summary>A22: a key, a project and an address that ask too often wait as long as they are told, and nobody else does.</summary>
public sealed class RateLimitTests
{
    private const string Route = "/api/v3.1/project";

    [Theory, OnBothEngines]
    public async Task A_key_that_asks_too_often_waits_and_other_keys_do_not(string engine)
    {
        await using var server = await StartAsync(engine, new RateSettings { PerKey = 5 });
        using var acme = await server.NewProjectAsync();
        using var other = await server.NewProjectAsync("Other");
        for (var i = 0; i < 5; i++)
        {
            (await acme.GetAsync(Route)).Expect(200);
        }

        var refused = (await acme.GetAsync(Route)).Expect(429);
        Assert.Equal("RateLimit_Exceeded", refused.Slug);
        Assert.Equal("Rate limit exceeded. Limit: 5 requests per minute.", refused.Json.GetProperty("error").GetProperty("message").GetString());
        Assert.Equal(("5", "0", "60s"), (refused.Headers["X-RateLimit"], refused.Headers["X-RateLimit-Remaining"], refused.Headers["X-RateLimit-Window-Size"]));
        Assert.InRange(int.Parse(refused.Headers["Retry-After"]), 1, 12);
        (await other.GetAsync(Route)).Expect(200);
        (await server.Client(server.AdminKey).GetAsync("/api/v3.1/org/owner/project/list")).Expect(200);
    }

    [Theory, OnBothEngines]
    public async Task A_user_key_has_a_limit_of_its_own_and_a_loop_behind_it_ends_there(string engine)
    {
        await using var server = await StartAsync(engine, new RateSettings { PerUserKey = 3 });
        using var acme = await server.NewProjectAsync();
        using var agent = server.Client((await acme.PostAsync("/api/v3.1/user_keys", new { user_id = "alice" })).Expect(201).Json.GetProperty("key").GetString());
        for (var i = 0; i < 3; i++)
        {
            (await agent.GetAsync("/api/v3.1/connected_accounts")).Expect(200);
        }

        (await agent.GetAsync("/api/v3.1/connected_accounts")).Expect(429);
        for (var i = 0; i < 10; i++)
        {
            (await acme.GetAsync(Route)).Expect(200);
        }
    }

    [Theory, OnBothEngines]
    public async Task A_project_has_one_limit_for_all_of_its_keys(string engine)
    {
        await using var server = await StartAsync(engine, new RateSettings { PerProject = 4 });
        using var acme = await server.NewProjectAsync();
        using var second = server.Client((await acme.PostAsync("/api/v3.1/api_keys", new { name = "second" })).Expect(201).Json.GetProperty("key").GetString());
        (await acme.GetAsync(Route)).Expect(200);
        (await second.GetAsync(Route)).Expect(200);
        (await acme.GetAsync(Route)).Expect(200);
        (await second.GetAsync(Route)).Expect(429);
        (await acme.GetAsync(Route)).Expect(429);
    }

    [Theory, OnBothEngines]
    public async Task What_a_project_is_granted_holds_from_the_next_request_on(string engine)
    {
        await using var server = await StartAsync(engine, new RateSettings { PerProject = 2 });
        using var admin = server.Client(server.AdminKey);
        using var acme = await server.NewProjectAsync();
        var id = (await acme.GetAsync(Route)).Expect(200).Json.GetProperty("id").GetString();
        (await acme.GetAsync(Route)).Expect(200);
        (await acme.GetAsync(Route)).Expect(429);

        var limits = $"/api/v3.1/org/owner/project/{id}/limits";
        var granted = (await admin.SendAsync(HttpMethod.Put, limits, new { requests_per_minute = 0 })).Expect(200).Json;
        Assert.Equal(0, granted.GetProperty("requests_per_minute").GetInt32());
        for (var i = 0; i < 20; i++)
        {
            (await acme.GetAsync(Route)).Expect(200);
        }

        (await admin.SendAsync(HttpMethod.Put, limits, new { requests_per_minute = 1 })).Expect(200);
        (await acme.GetAsync(Route)).Expect(429);
        (await admin.SendAsync(HttpMethod.Put, limits, new { })).Expect(200);
        Assert.Equal("{\"requests_per_minute\":null,\"calls_at_once\":null}", (await admin.GetAsync(limits)).Expect(200).Text);
        (await acme.SendAsync(HttpMethod.Put, limits, new { requests_per_minute = 0 })).Expect(429);
    }

    [Theory, OnBothEngines]
    public async Task Only_the_operator_grants_and_only_what_is_a_limit(string engine)
    {
        var server = await TestServer.SharedAsync(engine);
        using var admin = server.Client(server.AdminKey);
        using var acme = await server.NewProjectAsync();
        var id = (await acme.GetAsync(Route)).Expect(200).Json.GetProperty("id").GetString();
        var limits = $"/api/v3.1/org/owner/project/{id}/limits";
        (await acme.SendAsync(HttpMethod.Put, limits, new { requests_per_minute = 0 })).Expect(403);
        (await admin.SendAsync(HttpMethod.Put, limits, new { requests_per_minute = -1 })).Expect(400);
        (await admin.SendAsync(HttpMethod.Put, limits, new { calls_at_once = 100_001 })).Expect(400);
        (await admin.SendAsync(HttpMethod.Put, "/api/v3.1/org/owner/project/pr_0000000000000000000001/limits", new { })).Expect(404);

        (await admin.SendAsync(HttpMethod.Put, limits, new { calls_at_once = 3 })).Expect(200);
        var trail = (await acme.GetAsync("/api/v3.1/audit/events?actions=project.updated")).Expect(200);
        Assert.Contains("calls_at_once", trail.Text, StringComparison.Ordinal);
    }

    [Theory, OnBothEngines]
    public async Task Who_comes_without_a_key_is_counted_by_address_and_who_watches_is_not(string engine)
    {
        await using var server = await TestServer.StartAsync(engine, new TestServerOptions
        {
            Adjust = settings => settings with { Rates = new RateSettings { PerAddress = 4 }, TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")] },
        });
        using var nobody = server.Client();
        foreach (var path in new[] { "/openapi.json", "/connect/unknown", "/nowhere", Route })
        {
            Assert.NotEqual(429, (await FromAsync("203.0.113.9", path)).Status);
        }

        foreach (var path in new[] { "/openapi.json", "/connect/unknown", "/nowhere", Route })
        {
            Assert.True((await FromAsync("203.0.113.9", path)).Expect(429).Headers.ContainsKey("Retry-After"));
        }

        (await FromAsync("203.0.113.9", "/health/live")).Expect(200);
        (await FromAsync("203.0.113.9", "/health/ready")).Expect(200);
        (await FromAsync("203.0.113.10", "/openapi.json")).Expect(200);
        using var acme = await server.NewProjectAsync();
        (await acme.SendAsync(HttpMethod.Get, Route, null, ("X-Forwarded-For", "203.0.113.9"))).Expect(200);

        Task<Answer> FromAsync(string address, string path) => nobody.SendAsync(HttpMethod.Get, path, null, ("X-Forwarded-For", address));
    }

    [Fact]
    public void Addresses_of_one_subscriber_count_as_one()
    {
        Assert.Equal(Key("2001:db8::1"), Key("2001:db8::ffff:1"));
        Assert.NotEqual(Key("2001:db8::1"), Key("2001:db8:0:1::1"));
        Assert.Equal(Key("203.0.113.9"), Key("::ffff:203.0.113.9"));
        Assert.NotEqual(Key("203.0.113.9"), Key("203.0.113.10"));

        static UInt128 Key(string address) => RemoteAddress.KeyOf(IPAddress.Parse(address));
    }

    [Fact]
    public void Guesses_from_a_hundred_thousand_addresses_fill_no_more_memory_than_is_set_aside()
    {
        var limit = new FailureLimit(TimeProvider.System);
        for (uint i = 0; i < 100_000; i++)
        {
            limit.Count(new IPAddress(i + 16_777_216));
        }

        Assert.Equal(FailureLimit.MostAddresses, limit.Kept);
    }

    private static Task<TestServer> StartAsync(string engine, RateSettings rates) =>
        TestServer.StartAsync(engine, new TestServerOptions { Adjust = settings => settings with { Rates = rates } });
}
