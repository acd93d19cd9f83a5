using Behalf.Projects.ApiKeys;
using Behalf.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Behalf.Tests.Security;

/// <summary>A14: whoever guesses keys learns nothing from the answers, costs no look-up, and is soon made to wait.</summary>
public sealed class KeyGuessingTests
{
    private const string Route = "/api/v3.1/project";

    [Theory, OnBothEngines]
    public async Task A_wrong_id_a_wrong_secret_a_revoked_an_expired_and_a_malformed_key_get_the_same_answer(string engine)
    {
        await using var server = await TestServer.StartAsync(engine);
        using var acme = await server.NewProjectAsync();
        var made = (await acme.PostAsync("/api/v3.1/api_keys", new { name = "ci" })).Expect(201).Json;
        (await acme.DeleteAsync($"/api/v3.1/api_keys/{made.GetProperty("id").GetString()}")).Expect(200);
        var shortLived = (await acme.PostAsync("/api/v3.1/user_keys", new { user_id = "alice", expires_in = 60 })).Expect(201).Json.GetProperty("key").GetString()!;
        await server.Clock.AdvanceAsync(TimeSpan.FromSeconds(61));

        var other = KeyText.New(KeyKinds.Project).Text.Reveal();
        string[] wrong =
        [
            other,
            KeyText.New(KeyKinds.User).Text.Reveal(),
            KeyText.New(KeyKinds.Admin).Text.Reveal(),
            Checksummed(acme.Key![..16] + other[16..^6]),
            Checksummed("uk_" + acme.Key[3..^6]),
            made.GetProperty("key").GetString()!,
            shortLived,
            acme.Key[..^1],
            acme.Key + "0",
            acme.Key.ToUpperInvariant(),
            "ak_",
            "Bearer " + acme.Key,
            "' or 1=1 --",
            new string('x', 4000),
        ];
        var answers = new List<Answer>();
        foreach (var key in wrong)
        {
            using var guesser = server.Client(key);
            answers.Add(await guesser.GetAsync(Route));
        }

        Assert.All(answers, answer => Assert.Equal(401, answer.Status));
        Assert.Single(answers.Select(answer => answer.Comparable).Distinct());
        Assert.Single(answers.Select(Headers).Distinct());
        Assert.DoesNotContain(answers, answer => answer.Text.Contains(acme.Key[3..16], StringComparison.Ordinal));
    }

    [Theory, OnBothEngines]
    public async Task A_key_with_a_wrong_checksum_is_recognised_without_asking_the_database(string engine)
    {
        await using var server = await TestServer.StartAsync(engine);
        using var acme = await server.NewProjectAsync();
        var credentials = server.Services.GetRequiredService<Credentials>();
        var before = credentials.Lookups;
        for (var i = 3; i < acme.Key!.Length; i += 5)
        {
            // Below the limit of failures, which would answer in place of the check.
            using var guesser = server.Client(acme.Key[..i] + (acme.Key[i] == 'a' ? 'b' : 'a') + acme.Key[(i + 1)..]);
            (await guesser.GetAsync(Route)).Expect(401);
        }

        Assert.Equal(before, credentials.Lookups);
        (await acme.GetAsync(Route)).Expect(200);
        Assert.Equal(before + 1, credentials.Lookups);
    }

    /// <summary>The two routes that take a key in a body, not as a credential, tell as little.</summary>
    [Theory, OnBothEngines]
    public async Task Reporting_a_leaked_key_does_not_say_whether_it_was_one(string engine)
    {
        await using var server = await TestServer.StartAsync(engine);
        using var acme = await server.NewProjectAsync();
        using var stranger = server.Client();
        var other = KeyText.New(KeyKinds.Project).Text.Reveal();
        var answers = new List<Answer>();
        foreach (var key in (string[])[other, Checksummed(acme.Key![..16] + other[16..^6]), "nonsense", server.AdminKey, acme.Key])
        {
            (await acme.GetAsync(Route)).Expect(200);
            answers.Add(await stranger.PostAsync("/api/v3.1/api_key_revocation", new { api_keys = new[] { key } }));
        }

        Assert.Single(answers.Select(answer => (answer.Status, answer.Comparable, Headers(answer))).Distinct());
        using var admin = server.Client(server.AdminKey);
        (await admin.GetAsync("/api/v3.1/org/owner/project/list")).Expect(200);
        (await acme.GetAsync(Route)).Expect(401);
    }

    [Theory, OnBothEngines]
    public async Task Guesses_that_come_as_reports_of_leaked_keys_count_as_guesses(string engine)
    {
        await using var server = await TestServer.StartAsync(engine);
        using var acme = await server.NewProjectAsync();
        var leaked = (await acme.PostAsync("/api/v3.1/api_keys", new { name = "ci" })).Expect(201).Json.GetProperty("key").GetString()!;
        using var stranger = server.Client();
        var known = Enumerable.Repeat(leaked, 100).ToArray();
        (await stranger.PostAsync("/api/v3.1/api_key_revocation", new { api_keys = known })).Expect(200);

        var guesses = Enumerable.Range(0, 100).Select(_ => KeyText.New(KeyKinds.Project).Text.Reveal()).ToArray();
        var stopped = (await stranger.PostAsync("/api/v3.1/api_key_revocation", new { api_keys = guesses })).Expect(429);
        Assert.Equal("RateLimit_AuthenticationFailures", stopped.Slug);
        Assert.InRange(int.Parse(stopped.Headers["Retry-After"]), 1, 60);
        (await stranger.PostAsync("/api/v3.1/api_key_revocation", new { api_keys = known })).Expect(429);
        using var guesser = server.Client(guesses[0]);
        (await guesser.GetAsync(Route)).Expect(429);
        await server.Clock.AdvanceAsync(TimeSpan.FromSeconds(61));
        (await stranger.PostAsync("/api/v3.1/api_key_revocation", new { api_keys = known })).Expect(200);
    }

    [Theory, OnBothEngines]
    public async Task A_key_of_one_kind_is_refused_by_routes_of_another_whatever_the_id(string engine)
    {
        var server = await TestServer.SharedAsync(engine);
        using var acme = await server.NewProjectAsync();
        using var admin = server.Client(server.AdminKey);
        var (known, unknown) = (await admin.GetAsync("/api/v3.1/connected_accounts/ca_0000000000000000000001"), await admin.GetAsync("/api/v3.1/connected_accounts/x"));
        Assert.Equal((403, known.Comparable), (unknown.Status, unknown.Comparable));
        (await acme.GetAsync("/api/v3.1/org/owner/project/list")).Expect(403);
    }

    private static string Headers(Answer answer) => string.Join('\n', answer.Headers
        .Where(header => header.Key.ToLowerInvariant() is not ("date" or "x-request-id")).Select(header => $"{header.Key}: {header.Value}").Order());

    /// <summary>As whoever has read the source would make it: CRC-32 (ISO 3309) in base 62.</summary>
    private static string Checksummed(string body)
    {
        var crc = uint.MaxValue;
        foreach (var character in body)
        {
            crc ^= character;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }

        var text = body + Base62.Encode(~crc, 6);
        Assert.NotNull(KeyText.Parse(text));
        return text;
    }
}
