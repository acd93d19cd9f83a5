using System.Diagnostics;
using System.Globalization;

namespace Behalf.Bench;

/// <summary>Many more callers than the server has places, beside as many as it has: what is still done, and how fast.</summary>
internal sealed class Overload(Field field, BenchOptions options, string core, string otherCore)
{
    private const int Places = 256;
    private const int Callers = 3000;

    public async Task<IReadOnlyList<Goal>> MeasureAsync(string folder)
    {
        var places = Places.ToString(CultureInfo.InvariantCulture);
        var node = await Node.StartAsync("", field.Upstream, core, options.Accounts, folder, new Dictionary<string, string>
        {
            ["BEHALF_MAX_CALLS"] = places,
            ["BEHALF_MAX_CALLS_PER_PROJECT"] = places,
            ["BEHALF_MAX_CALLS_PER_PROVIDER"] = places,
        });
        field.Own(node);
        await OfferAsync(node, Places, options.WarmUp);
        var rounds = new List<(Offered Peak, Offered Over)>();
        for (var round = 0; round < options.Rounds; round++)
        {
            // Longer than the second that a refusal asks to wait.
            rounds.Add((await OfferAsync(node, Places, options.Seconds + 1), await OfferAsync(node, Callers, options.Seconds + 1)));
        }

        var refused = rounds.Sum(r => r.Over.Refused);
        return refused == 0
            ? throw new InvalidOperationException("Nothing was refused: it was no overload.")
            :
            [
                new Goal(Named("calls done to those of 256 callers"), Series.Middle(rounds.Select(r => r.Over.PerSecond / r.Peak.PerSecond)), 0.90, 0.97),
                new Goal(Named("their p99 to that of 256 callers"), Series.Middle(rounds.Select(r => r.Over.P99Us / r.Peak.P99Us)), 2.0, 1.5, Most: true),
                new Goal(Named("neither answer nor refusal with Retry-After"), rounds.Sum(r => r.Over.Errors + r.Peak.Errors), 0, 0, Most: true),
            ];
    }

    /// <summary>Says what kind of load it is.</summary>
    private static string Named(string figure) =>
        $"SQLite, {Places} places, {Callers} callers in closed loop that obey Retry-After: {figure}";

    private async Task<Offered> OfferAsync(Node node, int callers, int seconds)
    {
        var self = Path.Combine(AppContext.BaseDirectory, "behalf-bench.dll");
        var start = new ProcessStartInfo(
            "taskset", ["-c", otherCore, "dotnet", self, "offer", node.Process.Url.ToString(), node.Key, $"{options.Accounts}", $"{callers}", $"{seconds}"])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var numbers = output.Split('\n').Single(line => line.StartsWith("RESULT ", StringComparison.Ordinal)).Split(' ')[1..]
            .Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        return new Offered(numbers[0], numbers[1], (long)numbers[2], (long)numbers[3]);
    }

    /// <summary>One window: calls per second that were answered, how long those took, and what became of the others.</summary>
    private sealed record Offered(double PerSecond, double P99Us, long Refused, long Errors);
}
