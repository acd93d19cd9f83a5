using Behalf.Keys;

namespace Behalf.Tests.Keys.Services;

/// <summary>What a provider must do beside that when its keys are behind a network.</summary>
public abstract class KeyServiceConformance : KeyProviderConformance
{
    private protected static readonly KeyServiceLimits Impatient = new()
    {
        Deadline = TimeSpan.FromSeconds(3),
        Concurrency = 4,
        FirstPause = TimeSpan.FromMilliseconds(5),
    };

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Answers with status 200 that are none.</summary>
    public static TheoryData<string> NoAnswers =>
    [
        "", "<html>a proxy's greeting</html>", "null", "[]", "{}", """{"data":null}""", """{"data":{"plaintext":null,"ciphertext":7}}""",
        """{"data":{"plaintext":"not base64!","ciphertext":"vault:v1:not base64!"}}""", """{"data":{"ciphertext":"vault:vx:AAAA"}}""",
        """{"Plaintext":"","CiphertextBlob":"","KeyId":""}""", """{"Plaintext":"AAAA","CiphertextBlob":"AAAA","KeyId":"another"}""",
        new string(' ', 200_000),
    ];

    private protected abstract FakeKeyService Service { get; }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_service_that_never_answers_is_given_up()
    {
        var wrapped = await WrapAsync();
        Service.Gate = new TaskCompletionSource().Task;
        await FailsAsync(KeyFault.Unavailable, () => UnwrapAsync(wrapped)).WaitAsync(Patience, Ct);
        await FailsAsync(KeyFault.Unavailable, async () => await WrapAsync()).WaitAsync(Patience, Ct);
        Assert.Equal(KeyFault.Unavailable, (await Provider.ProbeAsync(Ct).AsTask().WaitAsync(Patience, Ct)).Fault);
    }

    [Fact]
    public async Task Behind_a_service_that_never_answers_everybody_is_refused_in_time()
    {
        var wrapped = await WrapAsync();
        Service.Gate = new TaskCompletionSource().Task;
        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => FailsAsync(KeyFault.Unavailable, () => UnwrapAsync(wrapped)))).WaitAsync(Patience, Ct);
    }

    [Fact]
    public async Task Few_calls_are_with_the_service_at_once()
    {
        var wrapped = await WrapAsync();
        var gate = new TaskCompletionSource();
        Service.Gate = gate.Task;
        var before = Service.Calls.Count;
        var all = Enumerable.Range(0, 32).Select(_ => UnwrapAsync(wrapped)).ToArray();
        while (Service.Calls.Count < before + Impatient.Concurrency)
        {
            await Task.Delay(5, Ct);
        }

        gate.SetResult();
        await Task.WhenAll(all).WaitAsync(Patience, Ct);
        Assert.Equal(Impatient.Concurrency, Service.MostAtOnce);
    }

    [Fact]
    public async Task A_caller_who_gives_up_waits_no_longer()
    {
        var wrapped = await WrapAsync();
        Service.Gate = new TaskCompletionSource().Task;
        using var gaveUp = new CancellationTokenSource();
        var before = Service.Calls.Count;
        var waiting = Provider.UnwrapAsync(wrapped, Context, gaveUp.Token).AsTask();
        while (Service.Calls.Count == before)
        {
            await Task.Delay(5, Ct);
        }

        await gaveUp.CancelAsync();
        var stopped = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Patience, Ct));
        Assert.Equal(gaveUp.Token, stopped.CancellationToken);
    }

    [Theory]
    [MemberData(nameof(NoAnswers))]
    public async Task An_answer_that_is_none_is_no_key(string answer)
    {
        var wrapped = await WrapAsync();
        Service.Garbage = answer;
        await FailsAsync(KeyFault.Unavailable, () => UnwrapAsync(wrapped));
        await FailsAsync(KeyFault.Unavailable, async () => await WrapAsync());
        Service.Garbage = null;
        Assert.Equal(32, (await UnwrapAsync(wrapped)).Length);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Nothing_that_the_service_says_is_repeated(int status)
    {
        var wrapped = await WrapAsync();
        Service.Status = status;
        foreach (var work in new Func<Task>[] { () => UnwrapAsync(wrapped), async () => await WrapAsync() })
        {
            var failure = await Assert.ThrowsAsync<KeyProviderException>(work);
            Assert.DoesNotContain("canary", failure.ToString(), StringComparison.OrdinalIgnoreCase);
        }

        Assert.DoesNotContain("canary", (await Provider.ProbeAsync(Ct)).Detail, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task What_brought_no_answer_is_asked_again_and_a_refusal_is_not()
    {
        var wrapped = await WrapAsync();
        Service.Failures = 1;
        Assert.Equal(2, await CallsAsync(() => UnwrapAsync(wrapped)));
        Service.Cuts = 1;
        Assert.Equal(2, await CallsAsync(async () => await WrapAsync()));
        Service.Denies = true;
        Assert.Equal(1, await CallsAsync(() => FailsAsync(KeyFault.Denied, () => UnwrapAsync(wrapped))));
        Service.Denies = false;
        Service.Failures = 100;
        Assert.InRange(await CallsAsync(() => FailsAsync(KeyFault.Unavailable, () => UnwrapAsync(wrapped))), 2, 1 + Impatient.Retries);
    }

    [Fact]
    public async Task Wrapping_is_one_call_and_unwrapping_is_one_call()
    {
        var wrapped = await WrapAsync();
        Assert.Equal(1, await CallsAsync(async () => await WrapAsync()));
        Assert.Equal(1, await CallsAsync(() => UnwrapAsync(wrapped)));
    }

    [Fact]
    public async Task Another_services_key_is_refused_without_asking()
    {
        var wrapped = await WrapAsync();
        Assert.Equal(0, await CallsAsync(() => FailsAsync(KeyFault.UnknownKey, () => UnwrapAsync(wrapped with { KeyId = "not-ours" }))));
    }

    [Fact]
    public async Task A_service_that_came_back_serves_on()
    {
        var wrapped = await WrapAsync();
        Service.Failures = 100;
        Assert.Equal(KeyFault.Unavailable, (await Provider.ProbeAsync(Ct)).Fault);
        Service.Failures = 0;
        Assert.Equal(32, (await UnwrapAsync(wrapped)).Length);
        Assert.Null((await Provider.ProbeAsync(Ct)).Fault);
    }

    [Fact]
    public async Task A_service_that_passes_over_the_context_is_not_used()
    {
        PassOverContext();
        var health = await Provider.ProbeAsync(Ct);
        Assert.Equal(KeyFault.Denied, health.Fault);
        Assert.Contains("does not bind the context", health.Detail, StringComparison.Ordinal);
    }

    protected abstract void PassOverContext();

    protected override Task MakeUnavailableAsync()
    {
        Service.Failures = int.MaxValue;
        return Task.CompletedTask;
    }

    protected override Task DenyAsync()
    {
        Service.Denies = true;
        return Task.CompletedTask;
    }

    private protected async Task<int> CallsAsync(Func<Task> work)
    {
        var before = Service.Calls.Count;
        await work();
        return Service.Calls.Count - before;
    }

    private protected static async Task FailsAsync(KeyFault fault, Func<Task> work) =>
        Assert.Equal(fault, (await Assert.ThrowsAsync<KeyProviderException>(work)).Fault);
}
