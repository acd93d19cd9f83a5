using System.Text.Json;
using Behalf.Broker.Places;
using Behalf.Projects.Limits;
using Behalf.Sandbox.Provider;
using Behalf.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Behalf.Tests.Security.Overload;

/// <summary>A22: a project at ten times its share, and a provider that hangs, hurt nobody else. The provider holds its answers
/// until it is let go, so that what is counted here does not depend on how fast anything is.</summary>
public sealed class NoisyNeighbourTests
{
    private const string Tool = "SANDBOX_GET_ME";

    // A project may have eight of sixteen; five wait, at most, and as long as the test needs.
    private static readonly CrowdSettings Small = new()
    {
        Calls = 16,
        CallsPerProject = 8,
        CallsPerProvider = 16,
        Waiting = 5,
        Patience = TimeSpan.FromMinutes(5),
    };

    [Theory, OnBothEngines]
    public async Task A_project_at_ten_times_its_share_does_not_hurt_another(string engine)
    {
        await using var world = await StartAsync(engine, Small);
        await world.ConnectAsync("user_1", "alice");
        using var quiet = await NeighbourAsync(world);
        world.Provider.Hold.Close(Step.Api);

        var noisy = Enumerable.Range(0, 80).Select(_ => CallAsync(world.Project)).ToList();
        await Eventually.HoldsAsync(() => world.Provider.Hold.Waiting == 8 && noisy.Count(call => call.IsCompleted) == 67);
        Assert.All(await Task.WhenAll(noisy.Where(call => call.IsCompleted)), refused =>
        {
            refused.Expect(429);
            Assert.Equal("RateLimit_TooManyAtOnce", refused.Slug);
            Assert.Equal("1", refused.Headers["Retry-After"]);
        });

        // The other one has its eight at once, and the rest of the server works for both.
        var neighbours = Enumerable.Range(0, 8).Select(_ => CallAsync(quiet)).ToList();
        await Eventually.HoldsAsync(() => world.Provider.Hold.Waiting == 16);
        (await quiet.GetAsync("/api/v3.1/connected_accounts")).Expect(200);
        (await world.Project.GetAsync("/api/v3.1/connected_accounts")).Expect(200);
        using var nobody = world.Server.Client();
        (await nobody.GetAsync("/health/live")).Expect(200);
        (await nobody.GetAsync("/health/ready")).Expect(200);

        world.Provider.Hold.Open(Step.Api);
        Assert.All(await Task.WhenAll(neighbours), Worked);
        var answers = await Task.WhenAll(noisy);
        Assert.Equal(13, answers.Count(answer => answer.Status == 200));
        Assert.All(answers.Where(answer => answer.Status == 200), Worked);

        // Nobody's place was lost on the way.
        Assert.Equal((0, 0), world.Server.Services.GetRequiredService<CallPlaces>().CrowdAt("sandbox"));
        Worked(await CallAsync(world.Project));
    }

    [Theory, OnBothEngines]
    public async Task Who_hangs_up_while_waiting_leaves_no_trace(string engine)
    {
        await using var world = await StartAsync(engine, Small with { CallsPerProject = 1 });
        await world.ConnectAsync("user_1", "alice");
        world.Provider.Hold.Close(Step.Api);
        var before = Calls();
        var running = CallAsync(world.Project);
        await Eventually.HoldsAsync(() => world.Provider.Hold.Waiting == 1);
        var places = world.Server.Services.GetRequiredService<CallPlaces>();
        using (var impatient = world.Server.Client(world.Project.Key))
        {
            _ = CallAsync(impatient);
            await Eventually.HoldsAsync(() => places.CrowdAt("sandbox") == (1, 1));
        }

        await Eventually.HoldsAsync(() => places.CrowdAt("sandbox") == (1, 0));
        world.Provider.Hold.Open(Step.Api);
        Worked(await running);
        Assert.Equal(before + 1, Calls());

        int Calls() => world.Provider.Ledger.Requests.Count(request => request.Step == Step.Api);
    }

    [Theory, OnBothEngines]
    public async Task A_provider_that_hangs_takes_no_more_than_its_part_and_its_refusals_are_in_the_trail(string engine)
    {
        await using var world = await StartAsync(engine, Small with { CallsPerProject = 16, CallsPerProvider = 4, Waiting = 2 });
        await world.ConnectAsync("user_1", "alice");
        using var quiet = await NeighbourAsync(world);
        world.Provider.Hold.Close(Step.Api);
        var hanging = Enumerable.Range(0, 4).Select(_ => CallAsync(world.Project)).ToList();
        await Eventually.HoldsAsync(() => world.Provider.Hold.Waiting == 4);
        var waiting = Enumerable.Range(0, 2).Select(_ => CallAsync(world.Project)).ToList();
        var places = world.Server.Services.GetRequiredService<CallPlaces>();
        await Eventually.HoldsAsync(() => places.CrowdAt("sandbox") == (4, 2));
        var busy = Enumerable.Range(0, 3).Select(_ => CallAsync(quiet)).ToList();

        // The quiet project's calls push the noisy one's out of the queue, as long as that has more of them.
        await Eventually.HoldsAsync(() => busy.Count(call => call.IsCompleted) == 2 && waiting.Count(call => call.IsCompleted) == 1);
        Assert.All(
            await Task.WhenAll(busy.Concat(waiting).Where(call => call.IsCompleted)), answer => Assert.Equal("1", answer.Headers["Retry-After"]));
        var refused = (await busy.First(call => call.IsCompleted)).Expect(503);
        Assert.Equal("ActionExecute_ProviderBusy", refused.Slug);

        // Other providers are called as before: what they say about an unconnected user is said after a place was found.
        (await quiet.PostAsync("/api/v3.1/tools/execute/GITHUB_GET_THE_AUTHENTICATED_USER", new { user_id = "nobody", arguments = new { } })).Expect(400);

        world.Provider.Hold.Open(Step.Api);
        Assert.Equal((5, 1), ((await Task.WhenAll(hanging.Concat(waiting))).Count(answer => answer.Status == 200), (await Task.WhenAll(busy)).Count(answer => answer.Status == 200)));
        var events = (await quiet.GetAsync("/api/v3.1/audit/events?actions=tool.executed")).Expect(200).Json.GetProperty("items").EnumerateArray()
            .Where(e => e.GetProperty("outcome").GetString() == "refused").ToList();
        Assert.Equal(2, events.Count);
        Assert.All(events, e => Assert.Contains("provider_busy", e.GetRawText(), StringComparison.Ordinal));
    }

    [Theory, OnBothEngines]
    public async Task The_proxy_and_the_older_wire_share_the_places_of_calls(string engine)
    {
        await using var world = await StartAsync(engine, Small with { CallsPerProject = 1, Waiting = 0 });
        var account = await world.ConnectAsync("user_1", "alice");
        world.Provider.Hold.Close(Step.Api);
        var running = CallAsync(world.Project);
        await Eventually.HoldsAsync(() => world.Provider.Hold.Waiting == 1);
        var proxied = await world.Project.PostAsync("/api/v3.1/tools/execute/proxy", new { connected_account_id = account, endpoint = "/api/me", method = "GET" });
        Assert.Equal("RateLimit_TooManyAtOnce", proxied.Expect(429).Slug);
        var older = await world.Project.PostAsync($"/api/v2/actions/{Tool}/execute", new { connectedAccountId = account, input = new { } });
        Assert.Equal("1", older.Expect(429).Headers["Retry-After"]);
        world.Provider.Hold.Open(Step.Api);
        Worked(await running);
    }

    [Theory, OnBothEngines]
    public async Task A_project_is_granted_more_at_once_or_less(string engine)
    {
        await using var world = await StartAsync(engine, Small with { Waiting = 0 });
        await world.ConnectAsync("user_1", "alice");
        var id = (await world.Project.GetAsync("/api/v3.1/project")).Json.GetProperty("id").GetString();
        using var admin = world.Server.Client(world.Server.AdminKey);
        foreach (var granted in new[] { 3, 16 })
        {
            (await admin.SendAsync(HttpMethod.Put, $"/api/v3.1/org/owner/project/{id}/limits", new { calls_at_once = granted })).Expect(200);
            world.Provider.Hold.Close(Step.Api);
            var calls = Enumerable.Range(0, 20).Select(_ => CallAsync(world.Project)).ToList();
            await Eventually.HoldsAsync(() => world.Provider.Hold.Waiting == granted && calls.Count(call => call.IsCompleted) == 20 - granted);
            world.Provider.Hold.Open(Step.Api);
            Assert.Equal(granted, (await Task.WhenAll(calls)).Count(answer => answer.Status == 200));
        }
    }

    private static Task<World> StartAsync(string engine, CrowdSettings crowds) =>
        World.CreateAsync(engine, options: new TestServerOptions { Adjust = settings => settings with { Crowds = crowds } });

    /// <summary>Another project whose user_1 has a key of alice's at the same provider.</summary>
    private static async Task<TestClient> NeighbourAsync(World world)
    {
        var quiet = await world.Server.NewProjectAsync("Quiet");
        var config = (await quiet.PostAsync("/api/v3.1/auth_configs", new
        {
            toolkit = new { slug = "sandbox" },
            auth_config = new { type = "use_custom_auth", authScheme = "API_KEY" },
        })).Expect(201).Json.GetProperty("auth_config").GetProperty("id").GetString();
        var key = world.Provider.Users.MintApiKey(world.Provider.Users.Find("alice")!);
        (await quiet.PostAsync("/api/v3.1/connected_accounts", new
        {
            auth_config = new { id = config },
            connection = new { user_id = "user_1", state = new { authScheme = "API_KEY", val = new { generic_api_key = key } } },
        })).Expect(201);
        return quiet;
    }

    private static Task<Answer> CallAsync(TestClient client) =>
        client.PostAsync($"/api/v3.1/tools/execute/{Tool}", new { user_id = "user_1", arguments = new { } });

    private static void Worked(Answer answer) => Assert.True(
        answer.Status == 200 && answer.Json.GetProperty("successful").ValueKind == JsonValueKind.True, $"{answer.Status} {answer.Text}");
}
