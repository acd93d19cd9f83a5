using System.Diagnostics;
using System.Globalization;

namespace Behalf.Bench;

/// <summary>One window of load.</summary>
internal sealed record Window(double RequestsPerSecond, long Requests, long Errors, double P50Us, double P99Us);

internal static class Wrk
{
    private const string Report =
        """
        done = function(summary, latency, requests)
          local e = summary.errors
          io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration,
            e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50), latency:percentile(99)))
        end
        """;

    /// <summary>A script that asks as a random user each time.</summary>
    public static string ExecuteScript(string key, string tool, int accounts) =>
        $$"""
        math.randomseed(os.time())
        local headers = { ["Content-Type"] = "application/json", ["x-api-key"] = "{{key}}" }
        request = function()
          local body = string.format('{"user_id":"user_%d","arguments":{"message_id":"m1"} }', math.random(1, {{accounts}}))
          return wrk.format("POST", "/api/v3.1/tools/execute/{{tool}}", headers, body)
        end
        {{Report}}
        """;

    /// <summary>A script that has one account at random renewed each time.</summary>
    public static string RefreshScript(string key, IReadOnlyList<string> accounts) =>
        $$"""
        math.randomseed(os.time())
        local headers = { ["Content-Type"] = "application/json", ["x-api-key"] = "{{key}}" }
        local accounts = { {{string.Join(", ", accounts.Select(id => $"\"{id}\""))}} }
        request = function()
          return wrk.format("POST", "/api/v3.1/connected_accounts/" .. accounts[math.random(1, #accounts)] .. "/refresh", headers, "{}")
        end
        {{Report}}
        """;

    public static string GetScript(string path) =>
        $$"""
        request = function() return wrk.format("GET", "{{path}}") end
        {{Report}}
        """;

    public static async Task<Window> RunAsync(Uri url, string script, int connections, int seconds, string core)
    {
        var start = new ProcessStartInfo("taskset", ["-c", core, "wrk", "-t1", $"-c{connections}", $"-d{seconds}s", "--timeout", "20s", "-s", script, url.ToString()])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var numbers = output.Split('\n').Single(line => line.StartsWith("RESULT ", StringComparison.Ordinal)).Split(' ')[1..]
            .Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        return new Window(numbers[0] / (numbers[1] / 1e6), (long)numbers[0], (long)numbers[2], numbers[3], numbers[4]);
    }
}
