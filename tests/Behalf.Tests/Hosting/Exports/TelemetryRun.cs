using System.Net;
using Behalf.Sandbox.Ledger;
using Behalf.Sandbox.Provider;
using Behalf.Tests.Projects.Webhooks;
using Behalf.Tests.Support;
using Behalf.Tests.Support.Peers;
using Microsoft.Data.Sqlite;

namespace Behalf.Tests.Hosting.Exports;

/// <summary>A server with everything to tell and a collector that listens: calls, failures, refreshes, a wait for a lease,
/// deliveries, a revocation. One run for an engine; the tests look at what came of it.</summary>
internal sealed class TelemetryRun
{
    public const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    public const string CallersSpan = "00f067aa0ba902b7";
    public const string UnrecordedTrace = "7c2e5b8d914f60a3b7d8c1e2f3a49586";
    public const string LastTrace = "9a1b2c3d4e5f60718293a4b5c6d7e8f9";
    private const string Tool = "SANDBOX_GET_ME";
    private const string UserOfAlice = "usr_" + Canaries.User;
    private const string UserOfBob = "usr_b";

    private static readonly Dictionary<string, Lazy<Task<TelemetryRun>>> Shared = new()
    {
        ["sqlite"] = new(() => RunAsync("sqlite")),
        ["postgres"] = new(() => RunAsync("postgres")),
    };

    public required IReadOnlyList<SentSpan> Spans { get; init; }

    public required string EverythingSent { get; init; }

    public required IReadOnlySet<string> SentMetrics { get; init; }

    public required IReadOnlySet<string> Services { get; init; }

    public required Scrape Scrape { get; init; }

    /// <summary>What the provider saw.</summary>
    public required IReadOnlyList<LedgerRequest> Upstream { get; init; }

    public required IReadOnlyList<Received> Delivered { get; init; }

    /// <summary>Ids and the key of what took part.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    public static Task<TelemetryRun> OnAsync(string engine) => Shared[engine].Value;

    public SentSpan Span(string trace, string name) => Assert.Single(Spans, span => span.TraceId == trace && span.Name == name);

    private static async Task<TelemetryRun> RunAsync(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var collector = await Collector.StartAsync();
        var alice = await world.ConnectAsync(UserOfAlice, "alice");
        var bob = await world.ConnectAsync(UserOfBob, "bob");
        (await world.Project.PostAsync(
            "/api/v3.1/webhook_subscriptions", new { webhook_url = receiver.Url, enabled_events = WebhookWorld.OfAccounts })).Expect(201);
        await world.StopServerAsync();
        await ExecuteAsync(world, alice, $"expires_at = {Now() - 1}");

        var metrics = new Uri($"http://127.0.0.1:{Ports.Free()}");
        await using var process = await world.StartProcessAsync(Settings(collector, metrics));
        using var project = new TestClient(process.Url, world.Project.Key);
        await CallAsync(project, world);
        await FailAsync(project, world, process.Url);
        await RefreshAsync(project, world, alice, bob);
        await EndAsync(project, receiver, alice);
        var scrape = await ScrapeAsync(metrics);

        (await project.SendAsync(HttpMethod.Get, "/api/v3.1/toolkits", null, ("traceparent", $"00-{LastTrace}-{CallersSpan}-01"))).Expect(200);
        Assert.Equal(0, await process.StopAsync());
        return new TelemetryRun
        {
            Spans = collector.Spans,
            EverythingSent = collector.Everything,
            SentMetrics = collector.MetricNames,
            Services = collector.Services,
            Scrape = scrape,
            Upstream = [.. world.Provider.Ledger.Requests],
            Delivered = receiver.Received,
            Names = [alice, bob, world.AuthConfig, world.Project.Key!, UserOfBob],
        };
    }

    private static Dictionary<string, string> Settings(Collector collector, Uri metrics) => new()
    {
        ["BEHALF_METRICS"] = metrics.ToString(),
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-collector-key=open-sesame",
        ["OTEL_SERVICE_NAME"] = "behalf-of-the-test",
        ["OTEL_TRACES_SAMPLER"] = "parentbased_always_on",

        // Longer than the run: all that arrives was sent because the process ends.
        ["OTEL_BSP_SCHEDULE_DELAY"] = "600000",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "600000",
    };

    /// <summary>Three calls that work, the first of which has to refresh and belongs to a trace; one that writes; one by the proxy.</summary>
    private static async Task CallAsync(TestClient project, World world)
    {
        (await project.SendAsync(
            HttpMethod.Post, $"/api/v3.1/tools/execute/{Tool}?q={Canaries.Query}", new { user_id = UserOfAlice, arguments = new { } },
            ("traceparent", $"00-{Trace}-{CallersSpan}-01"), ("tracestate", $"vendor={Canaries.TraceState}"), ("baggage", $"who={Canaries.Baggage}"),
            ("x-request-id", Canaries.RequestId), ("x-behalf-agent", Canaries.Agent))).Expect(200);
        for (var i = 0; i < 2; i++)
        {
            (await world.ExecuteAsync(Tool, UserOfAlice, with: project)).Expect(200);
        }

        (await world.ExecuteAsync(
            "SANDBOX_SEND_MAIL", UserOfAlice, new { to = "bob@sandbox.example", subject = Canaries.Argument, body = Canaries.Argument }, project)).Expect(200);
        (await ProxyAsync(project, "/api/me?q=" + Canaries.Query)).Expect(200);
        (await project.SendAsync(
            HttpMethod.Post, $"/api/v3.1/tools/execute/{Tool}", new { user_id = UserOfAlice, arguments = new { } },
            ("traceparent", $"00-{UnrecordedTrace}-{CallersSpan}-00"))).Expect(200);
    }

    private static async Task FailAsync(TestClient project, World world, Uri url)
    {
        await world.ExecuteAsync("SANDBOX_SEND_MAIL", UserOfAlice, new { nonsense = Canaries.Argument }, project);
        (await world.ExecuteAsync(Canaries.Path, UserOfAlice, with: project)).Expect(404);
        (await project.GetAsync("/" + Canaries.Path)).Expect(404);
        (await ProxyAsync(project, "/api/" + Canaries.Query)).Expect(200);
        using var stranger = new TestClient(url, "ak_" + Canaries.Key);
        (await stranger.GetAsync("/api/v3.1/toolkits")).Expect(401);
        world.Provider.Faults.Add(Step.Api, FaultKind.Status500);
        Assert.False((await world.ExecuteAsync(Tool, UserOfAlice, with: project)).Expect(200).Json.GetProperty("successful").GetBoolean());
    }

    /// <summary>One that the provider refuses with the very token in its answer, one behind another's lease, one by the sweep, one that ends the account.</summary>
    private static async Task RefreshAsync(TestClient project, World world, string alice, string bob)
    {
        world.Provider.Faults.Add(Step.Refresh, FaultKind.EchoSecret);
        (await project.PostAsync($"/api/v3.1/connected_accounts/{bob}/refresh")).Expect(502);
        await ExecuteAsync(world, bob, $"due_at = {Now() + 1500}, intent_at = {Now()}");
        (await project.PostAsync($"/api/v3.1/connected_accounts/{bob}/refresh")).Expect(200);

        var before = world.Provider.Ledger.Refreshes;
        await ExecuteAsync(world, alice, $"due_at = {Now() - 1}, last_used_at = {Now()}");
        await Eventually.HoldsAsync(() => world.Provider.Ledger.Refreshes > before);

        world.Provider.RevokeUser("bob");
        (await project.PostAsync($"/api/v3.1/connected_accounts/{bob}/refresh")).Expect(200);
    }

    private static async Task EndAsync(TestClient project, WebhookReceiver receiver, string alice)
    {
        (await project.DeleteAsync($"/api/v3.1/connected_accounts/{alice}")).Expect(200);
        await Eventually.HoldsAsync(() => receiver.Types.Contains(WebhookWorld.Expired) && receiver.Types.Contains(WebhookWorld.Revoked));
    }

    private static Task<Answer> ProxyAsync(TestClient project, string endpoint) => project.PostAsync(
        "/api/v3.1/tools/execute/proxy", new { toolkit = "sandbox", user_id = UserOfAlice, endpoint, method = "GET" });

    /// <summary>When the deliveries' outcome has been written down, which is after the receiver has them.</summary>
    private static async Task<Scrape> ScrapeAsync(Uri metrics)
    {
        using var http = new HttpClient { BaseAddress = metrics };
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/")).StatusCode);
        Scrape? scrape = null;
        await Eventually.HoldsAsync(async () =>
        {
            scrape = new Scrape(await http.GetStringAsync("/metrics"));
            return scrape.Sum("behalf_webhook_deliveries_total") >= 2;
        });
        return scrape!;
    }

    private static async Task ExecuteAsync(World world, string account, string changes)
    {
        Assert.True(Id<IdKinds.Account>.TryParse(account, out var id));
        var hex = Convert.ToHexString(id.ToBytes());
        var address = world.Server.DatabaseAddress;
        if (address.StartsWith("postgres", StringComparison.Ordinal))
        {
            await PostgresCluster.ExecuteAsSuperuserAsync(address, $@"update account_refresh set {changes} where account_id = '\x{hex}'::bytea");
            return;
        }

        await using var connection = new SqliteConnection($"Data Source={address};Pooling=False;Default Timeout=30");
        await connection.OpenAsync();
        await using var command = new SqliteCommand($"update account_refresh set {changes} where account_id = X'{hex}'", connection);
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
    }

    private static long Now() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
}
