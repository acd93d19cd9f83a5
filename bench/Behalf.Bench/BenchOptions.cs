using System.Globalization;

namespace Behalf.Bench;

internal sealed record BenchOptions
{
    public int Rounds { get; init; } = 9;

    /// <summary>How long one variant is measured in one round.</summary>
    public int Seconds { get; init; } = 2;

    /// <summary>Seconds before the first round, for the compiler to notice what is hot: it goes on for most of a minute.</summary>
    public int WarmUp { get; init; } = 20;

    public int Accounts { get; init; } = 1000;

    /// <summary>How many accounts are very many.</summary>
    public int Many { get; init; } = 1_000_000;

    public int SteadySeconds { get; init; } = 60;

    /// <summary>The parts to measure; empty for all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>Where the page goes. What some of the parts gave must not take the place of the figures of all.</summary>
    public string? Out { get; init; }

    public static BenchOptions Parse(string[] arguments)
    {
        var options = new BenchOptions();
        for (var i = 0; i < arguments.Length; i += 2)
        {
            var value = i + 1 < arguments.Length ? arguments[i + 1] : throw new UsageException($"{arguments[i]} lacks its value.");
            options = arguments[i] switch
            {
                "--only" => options with { Only = value.Split(',') },
                "--out" => options with { Out = value },
                "--rounds" => options with { Rounds = Number(value) },
                "--seconds" => options with { Seconds = Number(value) },
                "--warm-up" => options with { WarmUp = Number(value) },
                "--accounts" => options with { Accounts = Number(value) },
                "--many" => options with { Many = Number(value) },
                "--steady-seconds" => options with { SteadySeconds = Number(value) },
                _ => throw new UsageException($"There is no option {arguments[i]}."),
            };
        }

        return options;
    }

    private static int Number(string value) => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
        ? number
        : throw new UsageException($"{value} is not a number above 0.");
}

/// <summary>An option that there is not, or that makes no sense.</summary>
internal sealed class UsageException(string message) : Exception(message);
