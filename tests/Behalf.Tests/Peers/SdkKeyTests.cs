using System.Text.Json;
using System.Text.Json.Nodes;
using Behalf.Tests.Support;
using Behalf.Tests.Support.Peers;

namespace Behalf.Tests.Peers;

/// <summary>The official SDK where no consent screen of an app of the project's own is: keys, and the instance's app.</summary>
public sealed class SdkKeyTests
{
    private const string Callback = "https://app.test/cb";

    private static readonly string[] Keyed = ["API_KEY", "BEARER_TOKEN", "BASIC", "NO_AUTH"];
    private static readonly string[] Typed = ["API_KEY", "BASIC"];

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    public static TheoryData<string, string> SdksOnBothEngines =>
        [.. SdkDriver.Sdks.SelectMany(sdk => new[] { (sdk, "sqlite"), (sdk, "postgres") })];

    [Theory]
    [MemberData(nameof(SdksOnBothEngines))]
    public async Task Keys_that_the_SDK_hands_over_or_a_user_types_reach_the_provider(string sdk, string engine)
    {
        await using var world = await OwnSandbox.StartAsync(engine);
        var keys = new Dictionary<string, IReadOnlyDictionary<string, string>>();
        foreach (var scheme in Keyed)
        {
            keys[scheme] = await world.MintAsync(scheme, "alice");
        }

        var typed = new Queue<(string Scheme, IReadOnlyDictionary<string, string> Key)>();
        foreach (var scheme in Typed)
        {
            typed.Enqueue((scheme, await world.MintAsync(scheme, "bob")));
        }

        var config = Config(world);
        config["keys"] = JsonSerializer.SerializeToNode(keys);
        config["linked"] = JsonSerializer.SerializeToNode(Typed);
        var expected = keys.Select(k => (k.Key, k.Value)).Concat(typed).Where(k => k.Item1 != "NO_AUTH").ToList();
        var run = await SdkDriver.RunAsync("key-connections", sdk, world.Server.Url, config, TypeAsync, ct);

        AssertAllWell(run);
        Assert.All(Keyed, scheme => Assert.True(run[$"execute {scheme}"].Result!.Value.GetProperty("successful").GetBoolean(), scheme));
        Assert.All(Typed, scheme => Assert.True(run[$"execute typed {scheme}"].Result!.Value.GetProperty("successful").GetBoolean(), scheme));
        foreach (var (scheme, key) in expected)
        {
            var (header, value) = OwnSandbox.Expected(scheme, key);
            Assert.Contains(world.Provider.Ledger.Requests, request => request.Path == "/api/me" && request.Headers.GetValueOrDefault(header) == value);
        }

        async Task TypeAsync(Uri link)
        {
            var (_, key) = typed.Dequeue();
            using var browser = new TestBrowser();
            var page = await browser.SubmitAsync(link.AbsoluteUri, "", [.. key.Select(field => (field.Key, field.Value))]);
            Assert.StartsWith(Callback + "?status=success&", page.Handover?.AbsoluteUri, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(SdksOnBothEngines))]
    public async Task The_instances_own_app_serves_a_project_that_registered_none(string sdk, string engine)
    {
        await using var world = await OwnSandbox.StartAsync(engine);
        var run = await SdkDriver.RunAsync("managed-app", sdk, world.Server.Url, Config(world), VisitAsync, ct);

        AssertAllWell(run);
        Assert.True(run["create"].Result!.Value.GetProperty("isComposioManaged").GetBoolean());
        Assert.Equal("ACTIVE", run["wait"].Result!.Value.GetProperty("status").GetString());
        Assert.Equal("alice", run["execute"].Result!.Value.GetProperty("data").GetProperty("id").GetString());
        Assert.Contains("OAUTH2", run["toolkit"].Result!.Value.GetProperty("composioManagedAuthSchemes").EnumerateArray().Select(s => s.GetString()));
        var call = world.Provider.Ledger.CallsOf("alice")[^1];
        Assert.Equal("Instance", call.App);

        async Task VisitAsync(Uri link)
        {
            var config = Assert.Single((await world.Project.GetAsync("/api/v3.1/auth_configs")).Expect(200).Json.GetProperty("items").EnumerateArray());
            world.Provider.Apps.Change(world.ManagedApp.ClientId, null, [config.GetProperty("redirect_uri").GetString()!]);
            using var browser = new TestBrowser();
            var page = await browser.ConnectAsync(link.AbsoluteUri, "alice");
            Assert.StartsWith(Callback + "?status=success&", page.Location?.AbsoluteUri, StringComparison.Ordinal);
        }
    }

    private static JsonObject Config(OwnSandbox world) => new()
    {
        ["apiKey"] = world.Project.Key,
        ["toolkit"] = "sandbox",
        ["tool"] = OwnSandbox.Tool,
        ["openTool"] = OwnSandbox.OpenTool,
        ["user"] = "user_1",
        ["callbackUrl"] = Callback,
    };

    private static void AssertAllWell(DriverRun run)
    {
        Assert.All(run.Steps, step => Assert.True(step.Ok, $"{step.Step}: {step.Error}"));
        Assert.Equal("", run.Warnings);
    }
}
