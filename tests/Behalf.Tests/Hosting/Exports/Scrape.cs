using System.Globalization;
using System.Text.RegularExpressions;

namespace Behalf.Tests.Hosting.Exports;

/// <summary>What <c>/metrics</c> said, read strictly: a line that is not of the format is an error.</summary>
internal sealed partial class Scrape
{
    private readonly List<(string Name, string Labels, double Value)> _samples = [];

    public Scrape(string text)
    {
        Text = text;
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Remark().Match(line) is { Success: true } remark)
            {
                Names.Add(remark.Groups["name"].Value);
                continue;
            }

            var sample = Sample().Match(line);
            Assert.True(sample.Success, line);
            _samples.Add((sample.Groups["name"].Value, sample.Groups["labels"].Value, double.Parse(sample.Groups["value"].Value, CultureInfo.InvariantCulture)));
        }
    }

    public string Text { get; }

    /// <summary>Of the metrics; a histogram has one.</summary>
    public HashSet<string> Names { get; } = [];

    /// <summary>And of the samples, as queries name them.</summary>
    public HashSet<string> SampleNames => [.. _samples.Select(s => s.Name)];

    public IEnumerable<string> LabelNames => _samples.SelectMany(s => LabelName().Matches(s.Labels).Select(m => m.Groups[1].Value)).Distinct();

    /// <summary>The sum over all samples that have these labels, each as <c>name="value"</c>.</summary>
    public double Sum(string name, params string[] labels) =>
        _samples.Where(s => s.Name == name && labels.All(label => s.Labels.Split(',').Contains(label))).Sum(s => s.Value);

    [GeneratedRegex("^# (HELP|TYPE) (?<name>[a-z_]+) .+$")]
    private static partial Regex Remark();

    [GeneratedRegex("""^(?<name>[a-z_]+)(\{(?<labels>([a-z_]+="[^"\\]*",?)+)\})? (?<value>[-+0-9.eE]+)$""")]
    private static partial Regex Sample();

    [GeneratedRegex("([a-z_]+)=\"")]
    private static partial Regex LabelName();
}
