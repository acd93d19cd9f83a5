using Behalf.Sandbox.Provider;
using Behalf.Tests.Support;

namespace Behalf.Tests.Security.Overload;

/// <summary>A22: what a provider sends without end or measure is cut off, and the call says so. What it takes of the server's
/// memory is <see cref="LargeAnswerTests"/>' matter.</summary>
public sealed class ProviderFloodTests
{
    // Of ten megabytes each, which is where an answer is cut off; a bomb of gigabytes is never unpacked.
    private const int Calls = 4;

    [Theory]
    [InlineData("sqlite", nameof(FaultKind.GzipBomb))]
    [InlineData("postgres", nameof(FaultKind.GzipBomb))]
    [InlineData("sqlite", nameof(FaultKind.HugeBody))]
    [InlineData("postgres", nameof(FaultKind.HugeBody))]
    public async Task What_a_provider_sends_without_measure_is_cut_off_and_the_next_call_works(string engine, string kind)
    {
        await using var world = await World.CreateAsync(engine);
        await world.ConnectAsync("user_1", "alice");
        (await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200);
        world.Provider.Faults.Add(Step.Api, Enum.Parse<FaultKind>(kind), Calls);
        var answers = await Task.WhenAll(Enumerable.Range(0, Calls).Select(_ => world.ExecuteAsync("SANDBOX_GET_ME", "user_1")));
        Assert.All(answers, answer => Assert.False(answer.Expect(200).Json.GetProperty("successful").GetBoolean()));
        using var nobody = world.Server.Client();
        (await nobody.GetAsync("/health/ready")).Expect(200);
        Assert.True((await world.ExecuteAsync("SANDBOX_GET_ME", "user_1")).Expect(200).Json.GetProperty("successful").GetBoolean());
    }
}
