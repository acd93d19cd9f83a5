using Behalf.Egress;
using Behalf.Sandbox.Provider;
using Behalf.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Behalf.Tests.Security.Overload;

/// <summary>A22: large answers share one amount of memory, and small ones go on while it is taken.</summary>
public sealed class LargeAnswerTests
{
    private const string Read = "SANDBOX_GET_ME";
    private const string Write = "SANDBOX_SEND_MAIL";

    private static readonly object Mail = new { to = "bob@sandbox.example", subject = "Large" };

    [Theory, OnBothEngines]
    public async Task Many_at_once_are_all_answered_one_after_the_other_and_give_all_back(string engine)
    {
        const int Calls = 16;
        await using var world = await World.CreateAsync(engine);
        var account = await world.ConnectAsync("user_1", "alice");
        var memory = MemoryOf(world);
        world.Provider.Faults.Add(Step.Api, FaultKind.HugeBody, Calls);
        var answers = await Task.WhenAll(Enumerable.Range(0, Calls).Select(i => i % 2 == 0 ? ReadAsync(world) : ProxyAsync(world, account)));
        Assert.All(answers, answer => Assert.True(answer.Status is 200 or 503, answer.Text));
        Assert.Contains(answers, answer => answer.Status == 200);

        // Given back when the last byte was written, which the caller may see first.
        await Eventually.HoldsAsync(() => (memory.Taken, memory.Waiting) == (0, 0));
    }

    [Theory, OnBothEngines]
    public async Task While_the_memory_is_taken_small_answers_go_on_and_large_ones_are_refused(string engine)
    {
        var time = new ManualTime();
        await using var world = await World.CreateAsync(engine, scopes: "profile,mail.send", options: new TestServerOptions
        {
            Configure = builder => builder.Services.Replace(ServiceDescriptor.Singleton(
                provider => new GuardedHttp(provider.GetRequiredService<EgressOptions>(), time))),
        });
        var account = await world.ConnectAsync("user_1", "alice");
        var memory = MemoryOf(world);
        var taken = new List<AnswerShare>();
        foreach (var bytes in new[] { memory.Most / 4, memory.Most / 4, memory.MostOfOne })
        {
            taken.Add(new AnswerShare(memory, Id<IdKinds.Project>.New()));
            await memory.GrowAsync(taken[^1], bytes, default);
        }

        Assert.Equal(memory.Most, memory.Taken);
        world.Provider.Faults.Add(Step.Api, FaultKind.HugeBody, 3);
        var large = new[] { ReadAsync(world), world.ExecuteAsync(Write, "user_1", Mail), ProxyAsync(world, account) };
        await Eventually.HoldsAsync(() => memory.Waiting == large.Length);
        Assert.True((await ReadAsync(world)).Expect(200).Json.GetProperty("successful").GetBoolean());
        Assert.Equal(memory.Most, memory.Taken);

        time.Advance(TimeSpan.FromSeconds(6));
        var answers = await Task.WhenAll(large);
        foreach (var refused in new[] { answers[0], answers[2] })
        {
            Assert.Equal("Server_Overloaded", refused.Expect(503).Slug);
            Assert.Equal("1", refused.Headers["Retry-After"]);
        }

        // The mail was sent: whether it went well was in the answer.
        var written = answers[1].Expect(200);
        Assert.False(written.Json.GetProperty("successful").GetBoolean());
        Assert.Contains("outcome_unknown", written.Text, StringComparison.Ordinal);
        Assert.Equal((memory.Most, 0), (memory.Taken, memory.Waiting));

        taken.ForEach(share => share.Dispose());
        Assert.Equal(0, memory.Taken);
    }

    [Theory]
    [InlineData(nameof(FaultKind.HugeBody))]
    [InlineData(nameof(FaultKind.GzipBomb))]
    public async Task The_process_stays_below_600_megabytes(string kind)
    {
        const int Calls = 48;
        await using var world = await World.CreateAsync("sqlite");
        await world.ConnectAsync("user_1", "alice");
        await world.StopServerAsync();
        await using var process = await world.StartProcessAsync();
        using var project = new TestClient(process.Url, world.Project.Key);
        world.Provider.Faults.Add(Step.Api, Enum.Parse<FaultKind>(kind), Calls);
        var answers = Task.WhenAll(Enumerable.Range(0, Calls).Select(_ => world.ExecuteAsync(Read, "user_1", with: project)));
        var highest = 0L;
        while (!answers.IsCompleted)
        {
            highest = Math.Max(highest, process.ResidentBytes);
            await Task.WhenAny(answers, Task.Delay(20));
        }

        Assert.All(await answers, answer => Assert.True(answer.Status is 200 or 503, answer.Text));
        Assert.InRange(highest, 1, 600_000_000);
        TestContext.Current.SendDiagnosticMessage($"At most {highest / 1_000_000} MB.");
    }

    private static AnswerMemory MemoryOf(World world) => world.Server.Services.GetRequiredService<GuardedHttp>().Memory;

    private static Task<Answer> ReadAsync(World world) => world.ExecuteAsync(Read, "user_1");

    private static Task<Answer> ProxyAsync(World world, string account) => world.Project.PostAsync(
        "/api/v3.1/tools/execute/proxy", new { connected_account_id = account, endpoint = "/api/me", method = "GET" });
}
