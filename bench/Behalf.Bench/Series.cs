namespace Behalf.Bench;

/// <summary>What one window of one variant gave.</summary>
internal sealed record Sample
{
    public required Window Window { get; init; }

    public required double CpuUsPerCall { get; init; }

    public required double DatabaseCpuUsPerCall { get; init; }

    public required double RoundTripsPerCall { get; init; }

    public required double SyncsPerCall { get; init; }
}

/// <summary>The windows of one variant under one load, in the order of the rounds.</summary>
internal sealed class Series(Variant variant, Load load)
{
    private readonly List<Sample> _samples = [];

    public Variant Variant { get; } = variant;

    public Load Load { get; } = load;

    public long Errors => _samples.Sum(s => s.Window.Errors);

    public void Add(Sample sample) => _samples.Add(sample);

    public double Median(Func<Sample, double> of) => Middle(_samples.Select(of));

    /// <summary>The median of the rounds' own ratios: both windows of a round saw the same machine.</summary>
    public (double Median, double Low, double High) Ratio(Series to, Func<Sample, double> of)
    {
        var ratios = _samples.Zip(to._samples, (mine, theirs) => of(mine) / of(theirs)).Order().ToList();
        return (Middle(ratios), ratios[ratios.Count / 4], ratios[ratios.Count * 3 / 4]);
    }

    public static double Middle(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[sorted.Count / 2 - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
