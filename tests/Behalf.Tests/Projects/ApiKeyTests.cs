using Behalf.Projects.ApiKeys;
using Behalf.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Behalf.Tests.Projects;

public sealed class ApiKeyTests
{
    [Theory, OnBothEngines]
    public async Task A_new_projects_key_opens_its_project_and_no_other(string engine)
    {
        var server = await TestServer.SharedAsync(engine);
        using var acme = await server.NewProjectAsync("Acme");
        using var other = await server.NewProjectAsync("Other");
        Assert.Equal("Acme", (await acme.GetAsync("/api/v3.1/project")).Expect(200).Json.GetProperty("name").GetString());
        Assert.Equal("Other", (await other.GetAsync("/api/v3/project")).Expect(200).Json.GetProperty("name").GetString());
    }

    [Theory, OnBothEngines]
    public async Task A_revoked_key_is_refused_on_the_next_call(string engine)
    {
        var server = await TestServer.SharedAsync(engine);
        using var acme = await server.NewProjectAsync();
        var made = (await acme.PostAsync("/api/v3.1/api_keys", new { name = "ci" })).Expect(201).Json;
        using var ci = server.Client(made.GetProperty("key").GetString());
        (await ci.GetAsync("/api/v3.1/project")).Expect(200);
        (await acme.DeleteAsync($"/api/v3.1/api_keys/{made.GetProperty("id").GetString()}")).Expect(200);
        Assert.Equal("HTTP_Unauthorized", (await ci.GetAsync("/api/v3.1/project")).Expect(401).Slug);
        (await acme.GetAsync("/api/v3.1/project")).Expect(200);
    }

    [Theory, OnBothEngines]
    public async Task A_rotated_key_works_until_the_overlap_is_over(string engine)
    {
        await using var server = await TestServer.StartAsync(engine);
        using var acme = await server.NewProjectAsync();
        var id = (await acme.GetAsync("/api/v3.1/api_keys")).Json.GetProperty("items")[0].GetProperty("id").GetString();
        var rotated = (await acme.PostAsync($"/api/v3.1/api_keys/{id}/rotate", new { overlap_seconds = 60 })).Expect(200).Json;
        using var renewed = server.Client(rotated.GetProperty("key").GetString());
        (await acme.GetAsync("/api/v3.1/project")).Expect(200);
        (await renewed.GetAsync("/api/v3.1/project")).Expect(200);
        await server.Clock.AdvanceAsync(TimeSpan.FromSeconds(61));
        (await acme.GetAsync("/api/v3.1/project")).Expect(401);
        (await renewed.GetAsync("/api/v3.1/project")).Expect(200);
    }

    [Theory, OnBothEngines]
    public async Task A_user_key_lives_at_most_a_day_and_is_minted_by_project_keys_only(string engine)
    {
        await using var server = await TestServer.StartAsync(engine);
        using var acme = await server.NewProjectAsync();
        (await acme.PostAsync("/api/v3.1/user_keys", new { user_id = "alice", expires_in = 86401 })).Expect(400);
        var made = (await acme.PostAsync("/api/v3.1/user_keys", new { user_id = "alice", expires_in = 86400 })).Expect(201).Json;
        Assert.Equal("alice", made.GetProperty("user_id").GetString());
        using var alice = server.Client(made.GetProperty("key").GetString());
        (await alice.PostAsync("/api/v3.1/user_keys", new { user_id = "alice" })).Expect(403);
        (await alice.GetAsync("/api/v3.1/api_keys")).Expect(403);
        await server.Clock.AdvanceAsync(TimeSpan.FromSeconds(86401));
        (await alice.GetAsync("/api/v3.1/api_keys")).Expect(401);
        Assert.Equal(1, (await acme.GetAsync("/api/v3.1/user_keys?user_id=alice")).Json.GetProperty("total_items").GetInt32());
        Assert.Equal(0, (await acme.GetAsync("/api/v3.1/user_keys?user_id=bob")).Json.GetProperty("total_items").GetInt32());
    }

    [Theory, OnBothEngines]
    public async Task A_leaked_key_can_be_ended_by_whoever_found_it(string engine)
    {
        var server = await TestServer.SharedAsync(engine);
        using var acme = await server.NewProjectAsync();
        using var stranger = server.Client();
        var forged = acme.Key![..^10] + "0000000000";
        (await stranger.PostAsync("/api/v3.1/api_key_revocation", new { api_keys = new[] { forged } })).Expect(200);
        (await acme.GetAsync("/api/v3.1/project")).Expect(200);
        (await stranger.PostAsync("/api/v3.1/api_key_revocation", new { api_keys = new[] { acme.Key } })).Expect(200);
        (await acme.GetAsync("/api/v3.1/project")).Expect(401);
    }

    [Theory, OnBothEngines]
    public async Task A_mistyped_key_costs_no_look_up_and_a_wrong_secret_looks_like_an_unknown_key(string engine)
    {
        await using var server = await TestServer.StartAsync(engine);
        using var acme = await server.NewProjectAsync();
        var credentials = server.Services.GetRequiredService<Credentials>();
        var before = credentials.Lookups;
        using var mistyped = server.Client(acme.Key![..20] + (acme.Key[20] == 'x' ? 'y' : 'x') + acme.Key[21..]);
        (await mistyped.GetAsync("/api/v3.1/project")).Expect(401);
        Assert.Equal(before, credentials.Lookups);

        var unknown = KeyText.New(KeyKinds.Project).Text.Reveal();
        var known = KeyText.Parse(acme.Key)!;
        // A right checksum over a wrong secret: the key id of one key, the rest of another.
        var other = KeyText.New(KeyKinds.Project).Text.Reveal();
        var wrongSecret = WithChecksum(known.Hint + other[known.Hint.Length..^6]);
        using var first = server.Client(unknown);
        using var second = server.Client(wrongSecret);
        var (a, b) = (await first.GetAsync("/api/v3.1/project"), await second.GetAsync("/api/v3.1/project"));
        Assert.Equal(before + 2, credentials.Lookups);
        Assert.Equal(401, a.Status);
        Assert.Equal(a.Comparable, b.Comparable);
        Assert.Equal(Without(a.Headers), Without(b.Headers));
    }

    [Theory, OnBothEngines]
    public async Task Twenty_failures_in_a_minute_make_an_address_wait(string engine)
    {
        await using var server = await TestServer.StartAsync(engine);
        using var acme = await server.NewProjectAsync();
        using var guesser = server.Client("ak_guess");
        for (var i = 0; i < 20; i++)
        {
            (await guesser.GetAsync("/api/v3.1/project")).Expect(401);
        }

        var refused = (await guesser.GetAsync("/api/v3.1/project")).Expect(429);
        Assert.InRange(int.Parse(refused.Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture), 1, 60);
        await server.Clock.AdvanceAsync(TimeSpan.FromSeconds(61));
        (await guesser.GetAsync("/api/v3.1/project")).Expect(401);
        (await acme.GetAsync("/api/v3.1/project")).Expect(200);
    }

    [Theory, OnBothEngines]
    public async Task Exactly_one_credential_is_taken(string engine)
    {
        var server = await TestServer.SharedAsync(engine);
        using var acme = await server.NewProjectAsync();
        using var nobody = server.Client();
        Assert.Equal(401, (await nobody.GetAsync("/api/v3.1/project")).Status);
        Assert.Equal(401, (await acme.SendAsync(HttpMethod.Get, "/api/v3.1/project", null, ("x-user-api-key", acme.Key!))).Status);
        Assert.Equal(200, (await nobody.SendAsync(HttpMethod.Get, "/api/v3.1/project", null, ("x-user-api-key", acme.Key!))).Status);
    }

    [Fact]
    public void A_key_of_each_kind_is_read_back_and_one_changed_digit_is_not()
    {
        foreach (var kind in new[] { KeyKinds.Project, KeyKinds.User, KeyKinds.Admin })
        {
            var key = KeyText.New(kind);
            var text = key.Text.Reveal();
            Assert.Equal(kind, KeyText.Parse(text)!.Kind);
            for (var i = 0; i < text.Length; i++)
            {
                var changed = text.ToCharArray();
                changed[i] = changed[i] == 'a' ? 'b' : 'a';
                Assert.Null(KeyText.Parse(new string(changed)));
            }
        }
    }

    private static string WithChecksum(string body) => body + Base62.Encode(Crc32(System.Text.Encoding.UTF8.GetBytes(body)), 6);

    private static uint Crc32(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320 & (0 - (crc & 1)));
            }
        }

        return ~crc;
    }

    private static IEnumerable<string> Without(IReadOnlyDictionary<string, string> headers) =>
        headers.Where(h => h.Key.ToLowerInvariant() is not ("x-request-id" or "date")).Select(h => $"{h.Key}: {h.Value}").Order();
}
