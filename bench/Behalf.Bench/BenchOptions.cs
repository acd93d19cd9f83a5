using System.Globalization;

namespace Behalf.Bench;

internal sealed record BenchOptions
{
    public int Rounds { get; init; } = 9;

    /// <summary>How long one variant is measured in one round.</summary>
    public int Seconds { get; init; } = 2;

    /// <summary>Seconds before the first round, for the compiler to notice what is hot.</summary>
    public int WarmUp { get; init; } = 8;

    public int Accounts { get; init; } = 1000;

    public static BenchOptions Parse(string[] arguments)
    {
        var options = new BenchOptions();
        for (var i = 0; i + 1 < arguments.Length; i += 2)
        {
            var number = int.Parse(arguments[i + 1], CultureInfo.InvariantCulture);
            options = arguments[i] switch
            {
                "--rounds" => options with { Rounds = number },
                "--seconds" => options with { Seconds = number },
                "--warm-up" => options with { WarmUp = number },
                "--accounts" => options with { Accounts = number },
                _ => throw new ArgumentException($"There is no option {arguments[i]}."),
            };
        }

        return options;
    }
}
