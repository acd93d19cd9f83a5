using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Behalf.Hosting.Exports;

/// <summary>OpenTelemetry's names in Prometheus's alphabet: dots become underscores, the unit is part of the name, a counter
/// ends in <c>_total</c>.</summary>
internal static class PrometheusNames
{
    public static string Of(string name, string unit, MetricType type)
    {
        var plain = Plain(name);
        var suffix = unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            "1" when type is MetricType.LongGauge or MetricType.DoubleGauge => "_ratio",
            _ => "", // a unit in braces is a remark
        };
        if (suffix.Length > 0 && !plain.EndsWith(suffix, StringComparison.Ordinal))
        {
            plain += suffix;
        }

        return type is MetricType.LongSum or MetricType.DoubleSum ? plain + "_total" : plain;
    }

    public static string Labels(ReadOnlyTagCollection tags)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            text.Append(text.Length > 0 ? "," : "").Append(Plain(name)).Append("=\"").Append(Escape(value?.ToString() ?? "")).Append('"');
        }

        return text.ToString();
    }

    public static string Help(string? text) =>
        (text ?? "").Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Escape(string text) => Help(text).Replace("\"", "\\\"", StringComparison.Ordinal);

    private static string Plain(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
}
