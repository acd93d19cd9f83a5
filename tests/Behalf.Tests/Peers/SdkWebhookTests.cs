using System.Text.Json.Nodes;
using Behalf.Tests.Support;
using Behalf.Tests.Support.Peers;

namespace Behalf.Tests.Peers;

/// <summary>The official SDK's calls for webhook subscriptions.</summary>
public sealed class SdkWebhookTests
{
    public static TheoryData<string> Sdks => [.. SdkDriver.Sdks];

    [Theory]
    [MemberData(nameof(Sdks))]
    public async Task An_application_sets_its_subscription_up_and_finds_it_again(string sdk)
    {
        var server = await TestServer.SharedAsync("sqlite");
        using var project = await server.NewProjectAsync();
        var config = new JsonObject { ["apiKey"] = project.Key, ["webhookUrl"] = "https://app.example/hook" };
        var run = await SdkDriver.RunAsync("webhooks", sdk, server.Url, config, _ => Task.CompletedTask, TestContext.Current.CancellationToken);
        Assert.All(run.Steps, step => Assert.True(step.Ok, $"{step.Step}: {step.Error}"));
        var (made, found) = (run["set"].Result!.Value, run["set again"].Result!.Value);
        Assert.Equal(made.GetProperty("id").GetString(), found.GetProperty("id").GetString());
        Assert.StartsWith("whsec_", made.GetProperty("secret").GetString(), StringComparison.Ordinal);
        Assert.Equal(2, found.GetProperty("enabledEvents").GetArrayLength());
        Assert.Equal(sdk == "sdk-0.21" ? 8 : 2, run.Steps.Count);
    }
}
