using System.Text.Json;
using System.Text.Json.Nodes;
using Behalf.Sandbox.Provider;
using Behalf.Tests.Support;
using Behalf.Tests.Support.Peers;

namespace Behalf.Tests.Peers;

/// <summary>The official SDK, in the versions that people have, against the real server: unchanged but for address and
/// key.</summary>
public sealed class OfficialSdkTests
{
    private const string Callback = "https://app.test/cb";
    private const string WhoAmI = "SANDBOX_GET_ME";

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    /// <summary>Which person at the provider belongs to which of the application's users.</summary>
    private static readonly Dictionary<string, string> People = new() { ["user_1"] = "alice", ["user_2"] = "bob" };

    public static TheoryData<string> Sdks => [.. SdkDriver.Sdks];

    public static TheoryData<string, string> SdksOnBothEngines =>
        [.. SdkDriver.Sdks.SelectMany(sdk => new[] { (sdk, "sqlite"), (sdk, "postgres") })];

    [Theory]
    [MemberData(nameof(SdksOnBothEngines))]
    public async Task Two_users_link_wait_and_act_through_code_that_does_not_know_this_server(string sdk, string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var visitors = new Queue<string>(["alice", "bob"]);
        var run = await RunAsync(world, "seed2", sdk, visitors, new JsonObject
        {
            ["authConfigId"] = world.AuthConfig,
            ["users"] = new JsonArray("user_1", "user_2"),
            ["toolkits"] = new JsonArray("SANDBOX"),
        });
        AssertAllWell(run);

        foreach (var (user, person) in People)
        {
            var waited = run[$"wait {user}"].Result!.Value;
            Assert.Equal("ACTIVE", waited.GetProperty("status").GetString());
            var listed = Assert.Single(run[$"list {user}"].Result!.Value.GetProperty("items").EnumerateArray());
            Assert.Equal(waited.GetProperty("id").GetString(), listed.GetProperty("id").GetString());
            Assert.Contains(WhoAmI, run[$"tools {user}"].Result!.Value.EnumerateArray().Select(name => name.GetString()));
            Assert.Equal(person, PersonIn(run[$"execute {user}"]));
            Assert.Contains($"\"{person}\"", run[$"agent {user}"].Result!.Value.GetString(), StringComparison.Ordinal);
        }

        var alices = FingerprintsOf(world, "alice");
        var bobs = FingerprintsOf(world, "bob");
        Assert.Equal((1, 1), (alices.Count, bobs.Count));
        Assert.NotEqual(alices, bobs);
    }

    [Theory]
    [MemberData(nameof(SdksOnBothEngines))]
    public async Task Every_call_is_answered_as_the_SDK_wants_it(string sdk, string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var visitors = new Queue<string>(["alice", "bob"]);
        var run = await RunAsync(world, "all-calls", sdk, visitors, new JsonObject());
        foreach (var s in run.Steps) { TestContext.Current.SendDiagnosticMessage($"{s.Step}: {s.Ok} {s.Error} {s.Result?.ToString() is { } r}"); Console.WriteLine($"{s.Step}: {s.Ok} {s.Error} {(s.Result?.ToString() is { } x ? x[..Math.Min(300, x.Length)] : null)}"); }
        Console.WriteLine("WARN " + run.Warnings);
    }

    [Theory]
    [MemberData(nameof(Sdks))]
    public async Task A_user_key_is_refused_with_403_whatever_of_another_user_it_names(string sdk)
    {
        await using var world = await World.CreateAsync("sqlite");
        await world.ConnectAsync("user_1", "alice");
        var bobs = await world.ConnectAsync("user_2", "bob");
        using var agent = await world.UserKeyAsync("user_1");
        var before = world.Provider.Ledger.Requests.Count;

        var run = await RunAsync(world, "foreign-user", sdk, [], new JsonObject
        {
            ["apiKey"] = agent.Key,
            ["ownUser"] = "user_1",
            ["foreignUser"] = "user_2",
            ["foreignAccountId"] = bobs,
            ["authConfigId"] = world.AuthConfig,
        });

        Assert.Equal("alice", PersonIn(run["execute own"]));
        var foreign = run.Steps.Where(step => step.Step != "execute own").ToList();
        Assert.Equal(7, foreign.Count);
        Assert.All(foreign, step => Assert.True(step.Error?.Status == 403, $"{step.Step}: {step.Ok} {step.Error}"));
        Assert.Equal("ACTIVE", await world.StatusAsync(bobs));
        var seen = Assert.Single(world.Provider.Ledger.Requests.Skip(before), request => request.Step == Step.Api);
        Assert.Equal("alice", seen.User);
    }

    [Theory]
    [MemberData(nameof(Sdks))]
    public async Task An_execute_that_fails_or_hangs_reaches_the_provider_once(string sdk)
    {
        foreach (var fault in new[] { FaultKind.Status503, FaultKind.Status429, FaultKind.RstAfter, FaultKind.Timeout })
        {
            await using var world = await World.CreateAsync("sqlite");
            await world.ConnectAsync("user_1", "alice");
            var before = world.Provider.Ledger.Requests.Count;
            world.Provider.Faults.Add(Step.Api, fault, count: 10);
            var run = await RunAsync(world, "single-execute", sdk, [], new JsonObject
            {
                ["tool"] = "SANDBOX_SEND_MAIL",
                ["arguments"] = new JsonObject { ["to"] = "bob@sandbox.test", ["subject"] = "Hello", ["body"] = "Once" },
            });
            Console.WriteLine($"{fault}: {run.Steps[0].Ok} {run.Steps[0].Error} {run.Steps[0].Result}");
            Assert.Single(world.Provider.Ledger.Requests.Skip(before));
        }
    }

    private async Task<DriverRun> RunAsync(World world, string script, string sdk, Queue<string> visitors, JsonObject more)
    {
        var app = world.Provider.Apps.Register("Acme");
        var config = new JsonObject
        {
            ["apiKey"] = world.Project.Key,
            ["toolkit"] = "sandbox",
            ["credentials"] = new JsonObject { ["client_id"] = app.ClientId, ["client_secret"] = app.ClientSecret },
            ["scopes"] = new JsonArray("profile", "issues.read"),
            ["user"] = "user_1",
            ["otherUser"] = "user_2",
            ["callbackUrl"] = Callback,
            ["tools"] = new JsonArray(WhoAmI, "SANDBOX_SEND_MAIL"),
            ["tool"] = WhoAmI,
            ["arguments"] = new JsonObject(),
            ["proxyEndpoint"] = "/api/me",
        };
        foreach (var (name, value) in more)
        {
            config[name] = value?.DeepClone();
        }

        return await SdkDriver.RunAsync(script, sdk, world.Server.Url, config, VisitAsync, ct);

        async Task VisitAsync(Uri link)
        {
            world.Provider.Apps.Change(app.ClientId, null, await RedirectUrisAsync(world));
            using var browser = new TestBrowser();
            var page = await browser.ConnectAsync(link.AbsoluteUri, visitors.Dequeue());
            Assert.StartsWith(Callback + "?status=success&", page.Location?.AbsoluteUri, StringComparison.Ordinal);
        }
    }

    /// <summary>What a developer copies from our auth configs into the provider's console.</summary>
    private static async Task<IReadOnlyList<string>> RedirectUrisAsync(World world) =>
        [.. (await world.Project.GetAsync("/api/v3.1/auth_configs")).Expect(200).Json.GetProperty("items").EnumerateArray()
            .Select(config => config.GetProperty("redirect_uri").GetString()!)];

    private static void AssertAllWell(DriverRun run)
    {
        Assert.All(run.Steps, step => Assert.True(step.Ok, $"{step.Step}: {step.Error}"));
        Assert.Equal("", run.Warnings);
    }

    private static string? PersonIn(DriverStep execute)
    {
        Assert.True(execute.Ok, execute.Error?.ToString());
        var answer = execute.Result!.Value;
        Assert.True(answer.GetProperty("successful").GetBoolean(), answer.ToString());
        return answer.GetProperty("data").GetProperty("id").GetString();
    }

    private static HashSet<string?> FingerprintsOf(World world, string person) =>
        [.. world.Provider.Ledger.CallsOf(person).Select(call => call.Fingerprint)];
}
