using System.Text.Json;
using System.Text.Json.Nodes;

namespace Behalf.Tests.Support.Peers;

/// <summary>How the SDK failed a step: its own class and message, the HTTP status, and what it wraps.</summary>
internal sealed record DriverError(
    string Name, string Message, int? Status, JsonElement? Code, IReadOnlyList<string> Causes)
{
    public IReadOnlyList<string> Classes => [Name, .. Causes];
}

/// <summary>One step of a driver. <see cref="Requests"/> are there when a recorder was given.</summary>
internal sealed record DriverStep(
    string Step, bool Ok, JsonElement? Result, DriverError? Error, Uri? Visit, IReadOnlyList<string>? Requests);

/// <summary>What a driver did, and what the SDK grumbled about: nothing, if the answers have all it wants.</summary>
internal sealed record DriverRun(IReadOnlyList<DriverStep> Steps, string Warnings)
{
    public DriverStep this[string step] => Steps.Single(s => s.Step == step);
}

/// <summary>
/// Runs a script of tests/peers/drivers: the official SDK, as an application uses it, in one of the versions that
/// people have. The scripts say in their first lines what they want to be told.
/// </summary>
internal static class SdkDriver
{
    public static IReadOnlyList<string> Sdks { get; } = ["sdk-0.17", "sdk-0.19", "sdk-0.21"];

    /// <param name="script">Without folder and ending: <c>seed2</c>, <c>all-calls</c>…</param>
    /// <param name="sdk">One of <see cref="Sdks"/>.</param>
    /// <param name="baseUrl">The server, without a path.</param>
    /// <param name="config">What the script wants to know: at least <c>apiKey</c>.</param>
    /// <param name="visit">Plays the person who opens the address that a driver shows.</param>
    /// <param name="ct">Stops the driver.</param>
    public static async Task<DriverRun> RunAsync(
        string script, string sdk, Uri baseUrl, JsonObject config, Func<Uri, Task> visit, CancellationToken ct)
    {
        var told = config.DeepClone().AsObject();
        (told["sdk"], told["baseURL"]) = (sdk, baseUrl.GetLeftPart(UriPartial.Authority));
        var env = new Dictionary<string, string> { ["DRIVER_CONFIG"] = told.ToJsonString() };
        await using var node = await NodePeer.StartAsync($"drivers/{script}.mjs", [], env, readyLine: null, ct);

        var steps = new List<DriverStep>();
        while (await node.ReadLineAsync(ct) is { } line)
        {
            var step = JsonSerializer.Deserialize<DriverStep>(line, JsonSerializerOptions.Web)!;
            steps.Add(step);
            if (step.Visit is { } address)
            {
                await visit(address);
                await node.WriteLineAsync("visited", ct);
            }
        }

        var exitCode = await node.WaitForExitAsync(ct);
        return exitCode == 0
            ? new DriverRun(steps, node.Errors.Trim())
            : throw new InvalidOperationException($"{script} with {sdk} ended with {exitCode}: {node.Errors}");
    }
}
