using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Behalf.Hosting.Exports;

/// <summary>Writes what the SDK gathered as Prometheus reads it (text format 0.0.4), with names as OpenTelemetry's compatibility
/// specification forms them. Written here because the SDK's own exporter for it has not been released.</summary>
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusText : BaseExporter<Metric>, IPullMetricExporter
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly Lock _one = new();
    private readonly StringBuilder _text = new();

    /// <summary>Set by the SDK: gathers the numbers and has them exported here.</summary>
    public Func<int, bool>? Collect { get; set; }

    /// <summary>The numbers as they are now. Scrapers that come at the same time wait for each other: there is one place to
    /// gather into.</summary>
    public string Scrape()
    {
        lock (_one)
        {
            Collect!(Timeout.Infinite);
            return _text.ToString();
        }
    }

    public override ExportResult Export(in Batch<Metric> batch)
    {
        _text.Clear();
        foreach (var metric in batch)
        {
            Write(metric);
        }

        return ExportResult.Success;
    }

    private void Write(Metric metric)
    {
        var name = PrometheusNames.Of(metric.Name, metric.Unit, metric.MetricType);
        var type = metric.MetricType switch
        {
            MetricType.LongSum or MetricType.DoubleSum => "counter",
            MetricType.Histogram => "histogram",
            _ => "gauge",
        };
        Line("# HELP ", name, " ", PrometheusNames.Help(metric.Description));
        Line("# TYPE ", name, " ", type);
        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            var labels = PrometheusNames.Labels(point.Tags);
            if (type == "histogram")
            {
                WriteHistogram(name, labels, point);
            }
            else
            {
                Sample(name, labels, Value(metric.MetricType, point));
            }
        }
    }

    private void WriteHistogram(string name, string labels, in MetricPoint point)
    {
        long upTo = 0;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            upTo += bucket.BucketCount;
            var bound = double.IsPositiveInfinity(bucket.ExplicitBound) ? "+Inf" : Number(bucket.ExplicitBound);
            Sample(name + "_bucket", $"{labels}{(labels.Length > 0 ? "," : "")}le=\"{bound}\"", Number(upTo));
        }

        Sample(name + "_sum", labels, Number(point.GetHistogramSum()));
        Sample(name + "_count", labels, Number(point.GetHistogramCount()));
    }

    private static string Value(MetricType type, in MetricPoint point) => type switch
    {
        MetricType.LongSum or MetricType.LongSumNonMonotonic => Number(point.GetSumLong()),
        MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic => Number(point.GetSumDouble()),
        MetricType.LongGauge => Number(point.GetGaugeLastValueLong()),
        _ => Number(point.GetGaugeLastValueDouble()),
    };

    private void Sample(string name, string labels, string value) =>
        Line(name, labels.Length > 0 ? "{" + labels + "}" : "", " ", value);

    private void Line(string a, string b, string c, string d) => _text.Append(a).Append(b).Append(c).Append(d).Append('\n');

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
