using System.Text.Json;
using Behalf.Audit;
using Behalf.Audit.Export;
using Behalf.Audit.Sealing;
using Behalf.Keys;
using Behalf.Keys.Local;
using Behalf.Storage;
using Behalf.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Behalf.Tests.Audit;

/// <summary>The trail over HTTP.</summary>
public sealed class AuditRoutesTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, OnBothEngines]
    public async Task The_trail_tells_who_did_what(string engine)
    {
        var server = await TestServer.SharedAsync(engine);
        using var acme = await server.NewProjectAsync();
        (await acme.SendAsync(HttpMethod.Post, "/api/v3.1/api_keys", new { name = "ci" }, ("x-behalf-agent", "deployer"))).Expect(201);
        var newest = (await acme.GetAsync("/api/v3.1/audit/events?agent=deployer")).Expect(200).Json;
        var item = Assert.Single(newest.GetProperty("items").EnumerateArray());
        Assert.Equal("key.created", item.GetProperty("action").GetString());
        Assert.Equal("success", item.GetProperty("outcome").GetString());
        Assert.Equal("project_key", item.GetProperty("actor_kind").GetString());
        Assert.StartsWith("key_", item.GetProperty("actor_id").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("evt_", item.GetProperty("id").GetString(), StringComparison.Ordinal);
    }

    [Theory, OnBothEngines]
    public async Task Pages_are_newest_first_and_complete(string engine)
    {
        var server = await TestServer.SharedAsync(engine);
        using var acme = await server.NewProjectAsync();
        var project = await ProjectOfAsync(acme);
        await RecordAsync(server, Enumerable.Range(0, 25).Select(i => Call(project) with { RequestId = $"r{i}" }));
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await acme.GetAsync($"/api/v3.1/audit/events?action=tool.executed&limit=10&cursor={cursor}")).Expect(200).Json;
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(e => e.GetProperty("id").GetString()!));
            Assert.Equal((25, 3), (page.GetProperty("total_items").GetInt32(), page.GetProperty("total_pages").GetInt32()));
            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);
        Assert.Equal(25, seen.Count);
        Assert.Equal(seen.OrderDescending(StringComparer.Ordinal), seen);
    }

    [Theory, OnBothEngines]
    public async Task Every_filter_filters(string engine)
    {
        var server = await TestServer.SharedAsync(engine);
        using var acme = await server.NewProjectAsync();
        var project = await ProjectOfAsync(acme);
        var (account, other) = (Id<IdKinds.Account>.New(), Id<IdKinds.Account>.New());
        await RecordAsync(server,
        [
            Call(project) with { UserId = "alice", AccountId = account, RequestId = "r1", Agent = "a1" },
            Call(project) with { UserId = "bob", AccountId = other, RequestId = "r2", Outcome = "refused", Tool = "SLACK_SEND", Toolkit = "slack" },
        ]);
        foreach (var (query, expected) in new[]
        {
            ("user_id=alice", 1), ("user_id=alice,bob", 2), ("user_id=nobody", 0), ($"connected_account_ids={account}", 1),
            ($"connected_account_ids={account},{other}", 2), ("connected_account_ids=nonsense", 0), ("toolkit_slug=SLACK", 1),
            ("tool_slug=slack_send", 1), ("outcome=refused", 1), ("request_id=r1", 1), ("agent=a1", 1),
            ("from=2020-01-01T00:00:00Z", 2), ("to=2020-01-01", 0), ("from=4102444800000", 0), ("user_id=alice&outcome=refused", 0),
            ("action=proxy.executed", 0), ("user_id=", 2),
        })
        {
            var prefix = query.StartsWith("action", StringComparison.Ordinal) ? "" : "action=tool.executed&";
            var found = (await acme.GetAsync($"/api/v3.1/audit/events?{prefix}{query}")).Expect(200).Json;
            Assert.True(expected == found.GetProperty("total_items").GetInt32(), query);
            Assert.Equal(expected, found.GetProperty("items").GetArrayLength());
        }

        (await acme.GetAsync("/api/v3.1/audit/events?from=yesterday")).Expect(400);
        (await acme.GetAsync("/api/v3.1/audit/events?limit=0")).Expect(400);
        (await acme.GetAsync("/api/v3.1/audit/events?cursor=x")).Expect(400);
    }

    [Theory, OnBothEngines]
    public async Task The_whole_way_from_an_action_to_an_offline_proof(string engine)
    {
        await using var server = await TestServer.StartAsync(engine);
        using var acme = await server.NewProjectAsync();
        await SealAsync(server);
        var verdict = (await acme.GetAsync("/api/v3.1/audit/verify")).Expect(200).Json;
        Assert.True(verdict.GetProperty("valid").GetBoolean());
        Assert.Equal(2, verdict.GetProperty("events").GetInt32());
        Assert.Equal(JsonValueKind.Null, verdict.GetProperty("first_bad").ValueKind);

        var keys = (await acme.GetAsync("/api/v3.1/audit/public_keys")).Expect(200).Json.GetProperty("items");
        var trusted = AuditPublicKey.FromPem(keys[0].GetProperty("pem").GetString()!);
        Assert.Equal(trusted.Kid, keys[0].GetProperty("kid").GetString());
        var export = (await acme.GetAsync("/api/v3.1/audit/export")).Expect(200);
        Assert.Equal("application/x-ndjson", export.Headers["Content-Type"]);
        var file = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(export.Text));
        Assert.True((await AuditFile.VerifyAsync(file, [trusted], null, None)).Valid);

        var known = $"known_seq={verdict.GetProperty("verified_seq")}&known_hash={verdict.GetProperty("verified_hash")}";
        Assert.True((await acme.GetAsync("/api/v3.1/audit/verify?" + known)).Expect(200).Json.GetProperty("valid").GetBoolean());
        (await acme.GetAsync("/api/v3.1/audit/verify?known_seq=1")).Expect(400);
        (await acme.GetAsync("/api/v3.1/audit/export?from_seq=2&to_seq=1")).Expect(400);
        await server.Database.WriteAsync(
            RowScope.System, s => s.ExecuteAsync("update audit_event set actor_id = 'x' where seq = 2", null), None);
        var bad = (await acme.GetAsync("/api/v3.1/audit/verify")).Expect(200).Json.GetProperty("first_bad");
        Assert.Equal((2, "edited"), (bad.GetProperty("seq").GetInt32(), bad.GetProperty("reason").GetString()));
    }

    [Theory, OnBothEngines]
    public async Task A_key_sees_its_own_projects_trail_and_no_other(string engine)
    {
        var server = await TestServer.SharedAsync(engine);
        using var acme = await server.NewProjectAsync("Acme");
        using var other = await server.NewProjectAsync("Other");
        var mine = await ProjectOfAsync(acme);
        var log = (await RecordAsync(server, [Call(mine)]))[0];
        await SealAsync(server);

        Assert.Equal(0, (await other.GetAsync("/api/v3.1/audit/events?action=tool.executed")).Expect(200).Json.GetProperty("total_items").GetInt32());
        Assert.DoesNotContain(mine.ToString(), (await other.GetAsync("/api/v3.1/audit/export")).Expect(200).Text, StringComparison.Ordinal);
        Assert.Equal(2, (await other.GetAsync("/api/v3.1/audit/verify")).Expect(200).Json.GetProperty("events").GetInt32());
        Assert.Empty((await other.PostAsync("/api/v3.1/logs/tool_execution", new { })).Expect(200).Json.GetProperty("logs").EnumerateArray());
        var foreign = (await other.GetAsync($"/api/v3.1/logs/tool_execution/{log}")).Expect(404);
        var unknown = (await other.GetAsync($"/api/v3.1/logs/tool_execution/{Id<IdKinds.Event>.New()}")).Expect(404);
        Assert.Equal(unknown.Comparable, foreign.Comparable);
        Assert.Equal(unknown.Comparable, (await other.GetAsync("/api/v3.1/logs/tool_execution/x")).Expect(404).Comparable);
        (await acme.GetAsync($"/api/v3.1/logs/tool_execution/{log}")).Expect(200);
    }

    [Theory, OnBothEngines]
    public async Task Only_project_keys_read_the_trail(string engine)
    {
        var server = await TestServer.SharedAsync(engine);
        using var acme = await server.NewProjectAsync();
        var minted = (await acme.PostAsync("/api/v3.1/user_keys", new { user_id = "alice", expires_in = 600 })).Expect(201).Json;
        using var alice = server.Client(minted.GetProperty("key").GetString());
        using var admin = server.Client(server.AdminKey);
        using var nobody = server.Client();
        foreach (var path in new[] { "audit/events", "audit/export", "audit/verify", "audit/public_keys", "logs/tool_execution/x" })
        {
            (await alice.GetAsync("/api/v3.1/" + path)).Expect(403);
            (await admin.GetAsync("/api/v3.1/" + path)).Expect(403);
            (await nobody.GetAsync("/api/v3.1/" + path)).Expect(401);
        }
    }

    [Theory, OnBothEngines]
    public async Task A_server_that_cannot_seal_says_so_at_the_ready_check(string engine)
    {
        await using var server = await TestServer.StartAsync(engine, new TestServerOptions
        {
            Configure = builder => builder.Services.Replace(ServiceDescriptor.Singleton<IKeyProvider>(
                services => new SwitchableKeys(services.GetRequiredService<KeyProviders>().File!))),
        });
        using var probe = server.Client();
        (await probe.GetAsync("/health/ready")).Expect(200);
        var keys = (SwitchableKeys)server.Services.GetRequiredService<IKeyProvider>();
        keys.Refusing = true;
        await RecordAsync(server, [Call(Id<IdKinds.Project>.New())]);
        var sealer = server.Services.GetRequiredService<Sealer>();
        await Eventually.HoldsAsync(() => Task.FromResult(sealer.Fault is not null));
        Assert.Contains("audit_unsealed", (await probe.GetAsync("/health/ready")).Expect(503).Text, StringComparison.Ordinal);

        keys.Refusing = false;
        await SealAsync(server);
        await Eventually.HoldsAsync(() => Task.FromResult(sealer.Fault is null));
        (await probe.GetAsync("/health/ready")).Expect(200);
    }

    internal static AuditEvent Call(Id<IdKinds.Project> project) => new()
    {
        ProjectId = project,
        Action = AuditActions.ToolExecuted,
        ActorKind = "project_key",
        Toolkit = "github",
        Tool = "GITHUB_CREATE_ISSUE",
    };

    internal static async Task<Id<IdKinds.Project>> ProjectOfAsync(TestClient client)
    {
        var text = (await client.GetAsync("/api/v3.1/project")).Expect(200).Json.GetProperty("id").GetString();
        return Id<IdKinds.Project>.TryParse(text, out var id) ? id : throw new InvalidOperationException(text);
    }

    internal static async Task<List<Id<IdKinds.Event>>> RecordAsync(TestServer server, IEnumerable<AuditEvent> events)
    {
        var recorder = server.Services.GetRequiredService<Behalf.Audit.Calls.CallRecorder>();
        var ids = new List<Id<IdKinds.Event>>();
        foreach (var happened in events)
        {
            await using var call = recorder.Reserve(happened);
            ids.Add(await call.CompleteAsync(happened, None));
        }

        return ids;
    }

    /// <summary>Waits for the server's own sealer.</summary>
    private static Task SealAsync(TestServer server) => Eventually.HoldsAsync(async () => await server.Database.FindAsync<long>(
        RowScope.System, "select count(*) from audit_event where seq is null", null, None) == 0);
}
