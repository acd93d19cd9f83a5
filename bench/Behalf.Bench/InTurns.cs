using System.Diagnostics;

namespace Behalf.Bench;

/// <summary>Two kinds of load in turns, so that a slow minute of the machine is both's.</summary>
internal static class InTurns
{
    public static int Seconds(BenchOptions options) => options.WarmUp + (2 * options.Rounds * options.Seconds);

    /// <summary>The median of the rounds' own ratios of one to the other.</summary>
    public static async Task<Func<Func<Window, double>, double>> RatioAsync(
        BenchOptions options, Func<Task<Window>> one, Func<Task<Window>> other)
    {
        var rounds = new List<(Window One, Window Other)>();
        for (var warm = Stopwatch.StartNew(); warm.Elapsed < TimeSpan.FromSeconds(options.WarmUp);)
        {
            await one();
        }

        for (var round = 0; round < options.Rounds; round++)
        {
            rounds.Add((await one(), await other()));
        }

        var errors = rounds.Sum(r => r.One.Errors + r.Other.Errors);
        return errors == 0
            ? of => Series.Middle(rounds.Select(r => of(r.One) / of(r.Other)))
            : throw new InvalidOperationException($"{errors} requests failed.");
    }
}
