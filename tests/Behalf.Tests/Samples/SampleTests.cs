using System.Diagnostics;
using System.Text.Json;
using Behalf.Tests.Gateway.Entities;
using Behalf.Tests.Support;
using Behalf.Tests.Support.Peers;

namespace Behalf.Tests.Samples;

/// <summary>The samples do what they show, in both languages, against the real server.</summary>
public sealed class SampleTests
{
    private const short Failed = 3;
    private const short Expired = 4;

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    public static TheoryData<string, string> LanguagesOnBothEngines =>
        new() { { "C#", "sqlite" }, { "C#", "postgres" }, { "JavaScript", "sqlite" }, { "JavaScript", "postgres" } };

    [Theory]
    [MemberData(nameof(LanguagesOnBothEngines))]
    public async Task A_settings_page_has_what_the_user_connected_and_nothing_of_others(string language, string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var account = await world.ConnectAsync("user-123", "alice");
        await world.ConnectAsync("user-456", "bob");
        var shown = JsonDocument.Parse(string.Join('\n', await RunAsync(world, language, "settings", "user-123"))).RootElement;
        var connection = Assert.Single(shown.EnumerateArray());
        Assert.Equal(["account_id", "app", "connected_at", "status"], connection.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        Assert.Equal(
            (account, "sandbox", "ACTIVE"),
            (connection.GetProperty("account_id").GetString(), connection.GetProperty("app").GetString(), connection.GetProperty("status").GetString()));
    }

    [Theory]
    [MemberData(nameof(LanguagesOnBothEngines))]
    public async Task An_agent_asks_to_connect_then_to_reconnect_and_then_acts(string language, string engine)
    {
        await using var world = await World.CreateAsync(engine);
        await world.ConnectAsync("user-456", "bob");
        var bobs = world.Provider.Ledger.CallsOf("bob").Count;
        async Task<string> AskAsync() => Assert.Single(await RunAsync(world, language, "agent", "user-123", "sandbox", "SANDBOX_GET_ME"));
        Assert.Equal("Please connect your Sandbox account first in Settings > Integrations.", await AskAsync());

        var account = await world.ConnectAsync("user-123", "alice");
        await AccountStates.SetAsync(world, account, Expired);
        Assert.Equal("Your Sandbox connection has expired. Please reconnect in Settings > Integrations.", await AskAsync());

        await AccountStates.SetAsync(world, account, 2);
        Assert.Equal("alice", JsonDocument.Parse(await AskAsync()).RootElement.GetProperty("id").GetString());
        Assert.Equal(bobs, world.Provider.Ledger.CallsOf("bob").Count);
    }

    [Theory]
    [MemberData(nameof(LanguagesOnBothEngines))]
    public async Task The_nightly_audit_tells_whoever_has_to_reconnect_on_every_page(string language, string engine)
    {
        await using var world = await World.CreateAsync(engine);

        // More users than a page has; the first and the last of them, and one in between, have to act.
        const int Users = 105;
        for (var i = 0; i < Users; i++)
        {
            var (_, account) = await world.LinkAsync($"user-{i:000}");
            if (i is 0 or 50 or Users - 1)
            {
                await AccountStates.SetAsync(world, account, i == 50 ? Failed : Expired);
            }
        }

        // Expired, but with another account that works: nobody is to be bothered.
        await AccountStates.SetAsync(world, (await world.LinkAsync("user-007")).Account, 2);
        await AccountStates.SetAsync(world, (await world.LinkAsync("user-007")).Account, Expired);
        Assert.Equal(
            [
                "notify user-000: please reconnect sandbox (EXPIRED)",
                "notify user-050: please reconnect sandbox (FAILED)",
                "notify user-104: please reconnect sandbox (EXPIRED)",
            ],
            (await RunAsync(world, language, "audit")).Order(StringComparer.Ordinal));
    }

    private Task<IReadOnlyList<string>> RunAsync(World world, string language, string job, params string[] arguments)
    {
        var env = new Dictionary<string, string>
        {
            ["BEHALF_URL"] = world.Server.Url.GetLeftPart(UriPartial.Authority),
            ["BEHALF_KEY"] = world.Project.Key!,

            // The JavaScript SDK asks the npm registry for a newer version of itself; not from here.
            ["HTTPS_PROXY"] = "http://127.0.0.1:9",
        };
        return language == "C#" ? RunDotnetAsync([job, .. arguments], env) : RunNodeAsync(job == "audit" ? "expiry-audit" : job, arguments, env);
    }

    private async Task<IReadOnlyList<string>> RunNodeAsync(string script, string[] arguments, Dictionary<string, string> env)
    {
        await using var node = await NodePeer.StartAsync($"../../samples/javascript/{script}.mjs", arguments, env, readyLine: null, ct);
        var lines = new List<string>();
        while (await node.ReadLineAsync(ct) is { } line)
        {
            lines.Add(line);
        }

        Assert.True(await node.WaitForExitAsync(ct) == 0, node.Errors);
        return lines;
    }

    private async Task<IReadOnlyList<string>> RunDotnetAsync(string[] arguments, Dictionary<string, string> env)
    {
        var program = Path.Combine(Repository.Root, "samples", "csharp", "bin", "Release", "net10.0", "behalf-samples.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in env)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(ct);
        var output = await process.StandardOutput.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        Assert.True(process.ExitCode == 0, output + await errors);
        return output.TrimEnd().Split('\n');
    }
}
