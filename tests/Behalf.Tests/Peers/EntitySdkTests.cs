using System.Text.Json;
using System.Text.Json.Nodes;
using Behalf.Tests.Support;
using Behalf.Tests.Support.Peers;

namespace Behalf.Tests.Peers;

/// <summary>The entity-style SDK, whose own service is gone, against the real server: unchanged but for address and key.</summary>
public sealed class EntitySdkTests
{
    private const string Sdk = "sdk-entity";
    private const string Redirect = "https://app.test/auth/callback";
    private const string WhoAmI = "SANDBOX_GET_ME";

    private static readonly Dictionary<string, string> People = new() { ["user-123"] = "alice", ["user-456"] = "bob" };

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Theory, OnBothEngines]
    public async Task Two_entities_connect_are_listed_and_act_each_with_their_own_account(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var run = await SdkDriver.RunAsync("entities", Sdk, world.Server.Url, new JsonObject
        {
            ["apiKey"] = world.Project.Key,
            ["app"] = "sandbox",
            ["users"] = new JsonArray([.. People.Keys.Select(user => JsonValue.Create(user))]),
            ["redirectUri"] = Redirect,
            ["tool"] = WhoAmI,
            ["actions"] = new JsonArray(WhoAmI, "SANDBOX_SEND_MAIL"),
            ["arguments"] = new JsonObject(),
        }, VisitAsync, ct);
        Assert.All(run.Steps, step => Assert.True(step.Ok, $"{step.Step}: {step.Error}"));
        Assert.Equal("", run.Warnings);

        foreach (var (user, person) in People)
        {
            var account = Text(run[$"initiate {user}"], "connectedAccountId");
            Assert.Equal((account, "ACTIVE"), (Text(run[$"wait {user}"], "id"), Text(run[$"wait {user}"], "status")));
            var connection = Assert.Single(run[$"connections {user}"].Result!.Value.EnumerateArray());
            Assert.Equal(
                (account, "sandbox", "ACTIVE", user),
                (Text(connection, "id"), Text(connection, "appName"), Text(connection, "status"), Text(connection, "entityId")));
            Assert.True(DateTimeOffset.TryParse(Text(connection, "createdAt"), out _));
            Assert.Equal(account, Text(run[$"connection {user}"], "id"));
            Assert.Equal(person, Text(run[$"execute {user}"].Result!.Value.GetProperty("data"), "id"));
            Assert.Equal([WhoAmI, "SANDBOX_SEND_MAIL"], run[$"tools {user}"].Result!.Value.EnumerateArray().Select(name => name.GetString()).Order(StringComparer.Ordinal));
            Assert.Contains($"\"id\":\"{person}\"", run[$"agent {user}"].Result!.Value.GetString(), StringComparison.Ordinal);
            Assert.Contains($"\"id\":\"{person}\"", run[$"langchain {user}"].Result!.Value.GetString(), StringComparison.Ordinal);
        }

        // The provider saw two credentials, and each in one person's name only.
        var seen = People.Values.Select(person => world.Provider.Ledger.CallsOf(person).Select(call => call.Fingerprint).Distinct()).ToList();
        Assert.All(seen, fingerprints => Assert.Single(fingerprints));
        Assert.Equal(2, seen.SelectMany(fingerprints => fingerprints).Distinct().Count());

        async Task VisitAsync(Uri link)
        {
            var user = People.Keys.ElementAt(world.Provider.Ledger.LiveFamilies.Count);
            using var browser = new TestBrowser();
            var page = await browser.ConnectAsync(link.AbsoluteUri, People[user]);
            Assert.StartsWith($"{Redirect}?userId={user}&status=success&connected_account_id=ca_", page.Location?.AbsoluteUri, StringComparison.Ordinal);
        }
    }

    [Theory, OnBothEngines]
    public async Task Every_call_is_answered_as_the_SDK_wants_it(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var account = await world.ConnectAsync("user-123", "alice");
        await world.ConnectAsync("user-456", "bob");
        var app = world.Provider.Apps.Register("Other");
        var run = await SdkDriver.RunAsync("entity-calls", Sdk, world.Server.Url, new JsonObject
        {
            ["apiKey"] = world.Project.Key,
            ["app"] = "sandbox",
            ["user"] = "user-123",
            ["account"] = account,
            ["integration"] = world.AuthConfig,
            ["tool"] = WhoAmI,
            ["proxyEndpoint"] = "/api/me",
            ["secrets"] = new JsonObject { ["client_id"] = app.ClientId, ["client_secret"] = app.ClientSecret },
        }, _ => Task.CompletedTask, ct);
        Assert.Equal("", run.Warnings);
        Assert.Equal(
            [
                "actions.get unknown: ComposioError 404",
                "initiate unconfigured: ComposioError 400",

                // The SDK takes an empty list for an error, and there are no triggers here.
                "triggers.list: ComposioError ",
                "triggers.get: ComposioError 404",
                "connectedAccounts.get deleted: ComposioError 404",
            ],
            run.Steps.Where(step => !step.Ok).Select(step => $"{step.Step}: {step.Error!.Name} {step.Error.Status}"));

        Assert.StartsWith("pr_", run["client id"].Result!.Value.GetString(), StringComparison.Ordinal);
        Assert.Contains("sandbox", Texts(run["apps.list"]));
        Assert.Equal(["client_id", "client_secret"], run["apps.getRequiredParams"].Result!.Value.GetProperty("authSchemes").GetProperty("OAUTH2").GetProperty("expected_from_user").EnumerateArray().Select(e => e.GetString()));
        Assert.Contains("SANDBOX_SEND_MAIL", Texts(run["actions.list"]));
        Assert.Equal(["SANDBOX_SEND_MAIL"], Texts(run["actions.list available"]));
        Assert.Contains("SANDBOX_CREATE_ISSUE", Texts(run["actions.find"]));
        Assert.Equal("alice", Text(run["actions.execute"].Result!.Value.GetProperty("data"), "id"));
        var proxied = Assert.Single(world.Provider.Ledger.Requests, request => request.Target == "/api/me?a=1");
        Assert.Equal(("alice", "b"), (proxied.User, proxied.Headers["Prefer"]));
        Assert.Contains("SANDBOX_NO_SUCH_TOOL", run["actions.get unknown"].Error!.Message, StringComparison.Ordinal);

        Assert.StartsWith("This project has no auth config for Slack", run["initiate unconfigured"].Error!.Message, StringComparison.Ordinal);

        Assert.Equal([world.AuthConfig], Texts(run["integrations.list"]));
        Assert.Equal(world.AuthConfig, run["integrations.getOrCreateIntegration"].Result!.Value.GetString());
        Assert.Equal(("own", "OAUTH2", "sandbox"), (Text(run["integrations.create"], "name"), Text(run["integrations.create"], "authScheme"), Text(run["integrations.create"], "appName")));
        Assert.Equal([account], Texts(run["connectedAccounts.list"]));
        Assert.Equal([1, 2, 1], run["connectedAccounts.list all"].Result!.Value.EnumerateArray().Select(e => e.GetInt32()));
        Assert.Equal(("ACTIVE", account), (Text(run["connectedAccounts.reinitiate"], "connectionStatus"), Text(run["connectedAccounts.reinitiate"], "id")));
        Assert.Equal(0, run["entity.getActiveTriggers"].Result!.Value.GetArrayLength());
        Assert.Single(world.Provider.Ledger.LiveFamilies, family => family.User == "bob");
        Assert.DoesNotContain(world.Provider.Ledger.LiveFamilies, family => family.User == "alice");
    }

    private static string? Text(DriverStep step, string name) => Text(step.Result!.Value, name);

    private static string? Text(JsonElement value, string name) => value.GetProperty(name).GetString();

    private static IEnumerable<string?> Texts(DriverStep step) => step.Result!.Value.EnumerateArray().Select(item => item.GetString());
}
