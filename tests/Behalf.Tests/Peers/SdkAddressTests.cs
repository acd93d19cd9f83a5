using System.Text.Json.Nodes;
using Behalf.Tests.Support.Peers;

namespace Behalf.Tests.Peers;

/// <summary>What <c>docs/compatibility.md</c> says of the places that SDKs send a key to.</summary>
public sealed class SdkAddressTests
{
    private static readonly Uri Server = new("http://127.0.0.1:8460");

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    public static TheoryData<string> Sdks => [.. SdkDriver.Sdks];

    [Theory]
    [MemberData(nameof(Sdks))]
    public async Task The_newer_SDKs_follow_the_environment(string sdk) =>
        Assert.Equal(["Composio → http://127.0.0.1:8460"], await AddressesAsync(sdk, "Composio"));

    [Fact]
    public async Task Most_framework_classes_of_the_entity_SDK_ignore_the_environment_and_send_the_key_to_their_vendor() =>
        Assert.Equal(
            [
                "Composio → http://127.0.0.1:8460",
                "ComposioToolSet → http://127.0.0.1:8460",
                "VercelAIToolSet → http://127.0.0.1:8460",
                "OpenAIToolSet → https://backend.composio.dev",
                "LangchainToolSet → https://backend.composio.dev",
                "LangGraphToolSet → https://backend.composio.dev",
                "CloudflareToolSet → https://backend.composio.dev",
            ],
            await AddressesAsync(
                "sdk-entity", "Composio", "ComposioToolSet", "VercelAIToolSet", "OpenAIToolSet", "LangchainToolSet", "LangGraphToolSet", "CloudflareToolSet"));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_entity_SDK_sends_its_key_to_its_vendor_with_usage_figures_unless_told_not_to(bool disabled)
    {
        var config = new JsonObject { ["apiKey"] = "ak_of_the_project", ["disabled"] = disabled };
        var run = await SdkDriver.RunAsync("entity-usage", "sdk-entity", Server, config, _ => Task.CompletedTask, ct);
        var started = run["started"].Result!.Value.EnumerateArray()
            .Select(process => (process.GetProperty("host").GetString(), process.GetProperty("key").GetBoolean())).Distinct();
        Assert.Equal(disabled ? [] : [("app.composio.dev", true)], started);
    }

    private async Task<IEnumerable<string>> AddressesAsync(string sdk, params string[] classes)
    {
        var config = new JsonObject
        {
            ["apiKey"] = "ak_of_the_project",
            ["classes"] = new JsonArray([.. classes.Select(name => JsonValue.Create(name))]),
        };
        var run = await SdkDriver.RunAsync("addresses", sdk, Server, config, _ => Task.CompletedTask, ct);
        return run.Steps.Select(step => $"{step.Step} → {step.Result?.GetString() ?? step.Error?.Message}");
    }
}
