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
        Assert.Equal("", run.Warnings);
        Assert.Equal(
            [
                // The instance has no app of its own at the sandbox.
                "authConfigs.create managed: BadRequestError 400",

                // The SDK looks for an ACTIVE account first, finds it, and refuses by itself.
                "connectedAccounts.link again: ComposioMultipleConnectedAccountsError ",
                "connectedAccounts.get deleted: NotFoundError 404",
            ],
            run.Steps.Where(step => !step.Ok).Select(step => $"{step.Step}: {step.Error!.Name} {step.Error.Status}"));

        AssertAnswers(run, sdk);
        Assert.Equal("alice", PersonIn(run["tools.execute by user"]));
        Assert.Equal("bob", PersonIn(run["tools.execute by account"]));
        var proxied = Assert.Single(world.Provider.Ledger.Requests, request => request.Target == "/api/me?a=1");
        Assert.Equal(("alice", "b"), (proxied.User, proxied.Headers["Prefer"]));
        Assert.Empty(world.Provider.Ledger.LiveFamilies.Where(family => sdk == "sdk-0.21" && family.User == "bob"));
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
    public async Task An_execute_that_is_slow_or_fails_reaches_the_provider_once(string sdk)
    {
        await using var world = await World.CreateAsync("sqlite");
        await world.ConnectAsync("user_1", "alice");
        foreach (var fault in new FaultKind?[] { null, FaultKind.Status503, FaultKind.Status429, FaultKind.RstAfter, FaultKind.HalfClose })
        {
            if (fault is { } kind)
            {
                world.Provider.Faults.Add(Step.Api, kind);
            }

            // Far longer than an answer usually takes, far shorter than anybody's patience.
            world.Provider.Modes = world.Provider.Modes with { ApiLatencyMs = fault is null ? 2000 : 0 };
            var before = world.Provider.Ledger.Requests.Count;
            var run = await RunAsync(world, "single-execute", sdk, [], new JsonObject
            {
                ["tool"] = "SANDBOX_SEND_MAIL",
                ["arguments"] = new JsonObject { ["to"] = "bob@sandbox.example", ["subject"] = "Hello", ["body"] = "Once" },
            });
            Assert.Equal(fault is null, run["execute"].Result!.Value.GetProperty("successful").GetBoolean());
            Assert.Single(world.Provider.Ledger.Requests.Skip(before));
        }
    }

    /// <summary>What the SDK made of the answers, where it says more than that it was content.</summary>
    private static void AssertAnswers(DriverRun run, string sdk)
    {
        var account = Text(run["connectedAccounts.link"], "id");
        Assert.Equal((account, "ACTIVE"), (Text(run["request.waitForConnection"], "id"), Text(run["request.waitForConnection"], "status")));
        Assert.Equal((account, "ACTIVE"), (Text(run["connectedAccounts.refresh"], "id"), Text(run["connectedAccounts.refresh"], "status")));
        Assert.Contains("sandbox", Texts(run["toolkits.get list"]));
        Assert.Contains(WhoAmI, Texts(run["tools.get toolkits"]));
        Assert.Equal([WhoAmI, "SANDBOX_SEND_MAIL"], Texts(run["tools.get tools"]).Order(StringComparer.Ordinal));
        Assert.Contains("SANDBOX_CREATE_ISSUE", Texts(run["tools.get search"]));
        Assert.Equal("client_id", run["toolkits.getAuthConfigCreationFields"].Result!.Value[0].GetProperty("name").GetString());
        Assert.Contains("calls no model", Text(run["tools.getInput"], "error"), StringComparison.Ordinal);
        if (sdk == "sdk-0.21")
        {
            Assert.Equal(5, run["toolkits.changelog"].Result!.Value.GetProperty("items").GetArrayLength());
        }
    }

    private static string? Text(DriverStep step, string name) => step.Result!.Value.GetProperty(name).GetString();

    private static IEnumerable<string?> Texts(DriverStep step) =>
        step.Result!.Value.EnumerateArray().Select(item => item.GetString());

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
            ["newUser"] = "user_3",
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
