using Behalf.Broker.Calls;
using Behalf.Sandbox.Provider;
using Behalf.Storage;
using Behalf.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Behalf.Tests.Broker;

/// <summary>A request with an <c>Idempotency-Key</c> has its effect once, and its first answer as often as it is asked for.</summary>
public sealed class IdempotencyTests
{
    private const string Send = "/api/v3.1/tools/execute/SANDBOX_SEND_MAIL";
    private const string Proxy = "/api/v3.1/tools/execute/proxy";

    [Theory, OnBothEngines]
    public async Task Sent_again_it_gets_the_first_answer_and_does_nothing(string engine)
    {
        await using var world = await ConnectedAsync(engine);
        var first = (await SendAsync(world.Project, "order-1")).Expect(200);
        var second = (await SendAsync(world.Project, "order-1")).Expect(200);
        Assert.True(first.Json.GetProperty("successful").GetBoolean());
        Assert.Equal(first.Text, second.Text);
        Assert.False(first.Headers.ContainsKey("Idempotency-Replayed"));
        Assert.Equal("true", second.Headers["Idempotency-Replayed"]);
        Assert.Equal(1, Sent(world));
        (await SendAsync(world.Project, "order-2")).Expect(200);
        (await SendAsync(world.Project, null)).Expect(200);
        Assert.Equal(3, Sent(world));
    }

    [Theory, OnBothEngines]
    public async Task Of_sixty_four_at_once_one_has_the_effect_and_the_others_are_told_or_get_its_answer(string engine)
    {
        await using var world = await ConnectedAsync(engine, new ProviderModes { ApiLatencyMs = 300 });
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => SendAsync(world.Project, "once")));
        Assert.Equal(1, Sent(world));
        Assert.All(answers, answer => Assert.Contains(answer.Status, new[] { 200, 409 }));
        Assert.Single(answers.Where(a => a.Status == 200).Select(a => a.Text).Distinct());
        Assert.All(answers.Where(a => a.Status == 409), a =>
        {
            Assert.Equal("Idempotency_NoAnswer", a.Slug);
            Assert.Equal("1", a.Headers["Retry-After"]);
        });
        Assert.Equal("true", (await SendAsync(world.Project, "once")).Expect(200).Headers["Idempotency-Replayed"]);
    }

    [Theory, OnBothEngines]
    public async Task The_same_key_with_another_request_is_refused(string engine)
    {
        await using var world = await ConnectedAsync(engine);
        (await SendAsync(world.Project, "order-1")).Expect(200);
        var other = (await SendAsync(world.Project, "order-1", "something else")).Expect(422);
        Assert.Equal("Idempotency_KeyReused", other.Slug);
        Assert.Equal(1, Sent(world));
    }

    [Theory, OnBothEngines]
    public async Task Keys_are_shared_by_a_projects_keys_and_by_nobody_else(string engine)
    {
        await using var world = await ConnectedAsync(engine);
        (await SendAsync(world.Project, "order-1")).Expect(200);
        using var agent = await world.UserKeyAsync("user_1");
        Assert.False((await SendAsync(agent, "order-1")).Expect(200).Headers.ContainsKey("Idempotency-Replayed"));
        using var sameUser = await world.UserKeyAsync("user_1");
        Assert.Equal("true", (await SendAsync(sameUser, "order-1")).Expect(200).Headers["Idempotency-Replayed"]);
        using var stranger = await world.Server.NewProjectAsync();
        (await SendAsync(stranger, "order-1")).Expect(400);
        Assert.Equal(2, Sent(world));
    }

    [Theory, OnBothEngines]
    public async Task A_caller_that_hung_up_gets_the_answer_when_it_asks_again(string engine)
    {
        await using var world = await ConnectedAsync(engine, new ProviderModes { ApiLatencyMs = 1500 });
        using var impatient = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, Send) { Content = System.Net.Http.Json.JsonContent.Create(Mail("hello")) };
        request.Headers.Add("Idempotency-Key", "patience");
        var asking = world.Project.Http.SendAsync(request, impatient.Token);
        await Eventually.HoldsAsync(() => Sent(world) == 1);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        Answer? answer = null;
        await Eventually.HoldsAsync(async () => (answer = await SendAsync(world.Project, "patience")).Status == 200);
        Assert.True(answer!.Json.GetProperty("successful").GetBoolean());
        Assert.Equal("true", answer.Headers["Idempotency-Replayed"]);
        Assert.Equal(1, Sent(world));
    }

    [Theory, OnBothEngines]
    public async Task A_process_that_died_in_between_leaves_the_key_taken(string engine)
    {
        await using var world = await ConnectedAsync(engine, new ProviderModes { ApiLatencyMs = 2000 });
        await world.StopServerAsync();
        await using (var process = await world.StartProcessAsync())
        {
            using var client = new TestClient(process.Url, world.Project.Key);
            var asking = SendAsync(client, "doomed");
            await Eventually.HoldsAsync(() => Sent(world) == 1);
            await process.KillAsync();
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => asking);
        }

        await world.StartServerAsync();
        Assert.Equal("Idempotency_NoAnswer", (await SendAsync(world.Project, "doomed")).Expect(409).Slug);
        Assert.Equal(1, Sent(world));
    }

    [Theory, OnBothEngines]
    public async Task What_was_certainly_not_done_may_be_sent_again_with_the_same_key(string engine)
    {
        await using var world = await ConnectedAsync(engine);
        world.Provider.Faults.Add(Step.Api, FaultKind.Status429, retryAfter: 7);
        Assert.False((await SendAsync(world.Project, "busy")).Expect(200).Json.GetProperty("successful").GetBoolean());
        Assert.True((await SendAsync(world.Project, "busy")).Expect(200).Json.GetProperty("successful").GetBoolean());

        // A failure after which nobody knows is kept, however often it is asked about.
        world.Provider.Faults.Add(Step.Api, FaultKind.RstAfter);
        var unknown = (await SendAsync(world.Project, "lost")).Expect(200);
        Assert.Contains("outcome_unknown", unknown.Text, StringComparison.Ordinal);
        Assert.Equal(unknown.Text, (await SendAsync(world.Project, "lost")).Expect(200).Text);
        Assert.Equal(3, Sent(world));
    }

    [Theory, OnBothEngines]
    public async Task A_kept_answer_is_sealed_goes_with_its_account_and_is_forgotten_after_a_day(string engine)
    {
        await using var world = await ConnectedAsync(engine);
        (await SendAsync(world.Project, "old", "a text nobody else may read")).Expect(200);
        var kept = await world.Server.Database.FindAsync<byte[]>(RowScope.System, "select answer from idempotency", null, CancellationToken.None);
        Assert.DoesNotContain("nobody else", System.Text.Encoding.UTF8.GetString(kept!), StringComparison.Ordinal);
        (await world.Project.DeleteAsync($"/api/v3.1/connected_accounts/{await AccountAsync(world)}")).Expect(200);
        await world.ConnectAsync("user_1", "alice");
        (await SendAsync(world.Project, "old", "a text nobody else may read")).Expect(409);
        await world.Server.Clock.AdvanceAsync(TimeSpan.FromHours(25));
        await world.Server.Services.GetRequiredService<Idempotency>().PurgeAsync(CancellationToken.None);
        Assert.Equal(0, await world.Server.Database.FindAsync<int>(RowScope.System, "select count(*) from idempotency", null, CancellationToken.None));
    }

    [Theory, OnBothEngines]
    public async Task An_answer_moved_to_another_key_does_not_open(string engine)
    {
        await using var world = await ConnectedAsync(engine);
        (await SendAsync(world.Project, "mine")).Expect(200);
        (await SendAsync(world.Project, "other")).Expect(200);
        await world.Server.Database.WriteAsync(
            RowScope.System,
            async session => await session.ExecuteAsync("update idempotency set answer = (select answer from idempotency order by key_hash limit 1)", null),
            CancellationToken.None);
        var statuses = new[] { (await SendAsync(world.Project, "mine")).Status, (await SendAsync(world.Project, "other")).Status };
        Assert.Equal([200, 409], statuses.Order());
    }

    [Theory, OnBothEngines]
    public async Task The_proxy_keeps_the_promise_too(string engine)
    {
        await using var world = await ConnectedAsync(engine);
        Task<Answer> PostAsync(string to) => world.Project.SendAsync(
            HttpMethod.Post, Proxy, new { user_id = "user_1", toolkit = "sandbox", endpoint = "/api/mail/messages", method = "POST", body = new { to, subject = "s", body = "b" } },
            ("Idempotency-Key", "p-1"));
        var first = (await PostAsync("bob@sandbox.example")).Expect(200);
        var second = (await PostAsync("bob@sandbox.example")).Expect(200);
        Assert.Equal(first.Text, second.Text);
        Assert.Equal("true", second.Headers["Idempotency-Replayed"]);
        (await PostAsync("carol@sandbox.example")).Expect(422);
        Assert.Single(world.Provider.Ledger.Requests, r => r.Method == "POST" && r.Path.StartsWith("/api/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("")]
    public async Task A_key_that_is_none_is_refused(string key)
    {
        var server = await TestServer.SharedAsync("sqlite");
        using var project = await server.NewProjectAsync();
        (await SendAsync(project, key)).Expect(400);
    }

    private static async Task<World> ConnectedAsync(string engine, ProviderModes? modes = null)
    {
        var world = await World.CreateAsync(engine, modes);
        await world.ConnectAsync("user_1", "alice");
        return world;
    }

    private static object Mail(string text) =>
        new { user_id = "user_1", arguments = new { to = "bob@sandbox.example", subject = "hello", body = text } };

    private static Task<Answer> SendAsync(TestClient client, string? key, string text = "hello") => client.SendAsync(
        HttpMethod.Post, Send, Mail(text), key is null ? [] : [("Idempotency-Key", key)]);

    private static int Sent(World world) => world.Provider.Ledger.Requests.Count(r => r is { Step: Step.Api, Method: "POST" });

    private static async Task<string> AccountAsync(World world) => (await world.Project.GetAsync("/api/v3.1/connected_accounts"))
        .Expect(200).Json.GetProperty("items")[0].GetProperty("id").GetString()!;
}
