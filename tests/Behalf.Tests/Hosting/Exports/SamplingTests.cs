using Behalf.Hosting.Exports;
using Microsoft.Extensions.Configuration;

namespace Behalf.Tests.Hosting.Exports;

/// <summary>What the operator's variables mean.</summary>
public sealed class SamplingTests
{
    [Theory]
    [InlineData(null, null, "parentbased_traceidratio", 0.1)]
    [InlineData(null, "0.5", "parentbased_traceidratio", 0.5)]
    [InlineData("traceidratio", null, "traceidratio", 1)]
    [InlineData("traceidratio", "0.25", "traceidratio", 0.25)]
    [InlineData("always_on", null, "always_on", 1)]
    public void A_tenth_unless_it_is_said_otherwise(string? name, string? argument, string sampler, double ratio) =>
        Assert.Equal(new Sampling(sampler, ratio), Sampling.Parse(name, argument));

    [Theory]
    [InlineData(new[] { "OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317" }, true, true)]
    [InlineData(new[] { "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://c:4317" }, true, false)]
    [InlineData(new[] { "OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317", "OTEL_TRACES_EXPORTER=none" }, false, true)]
    [InlineData(new[] { "OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317", "OTEL_SDK_DISABLED=true" }, false, false)]
    [InlineData(new[] { "OTEL_TRACES_SAMPLER=always_on" }, false, false)]
    [InlineData(new string[0], false, false)]
    public void Nothing_is_sent_without_an_address(string[] variables, bool traces, bool metrics)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            variables.Select(v => v.Split('=', 2)).ToDictionary(pair => pair[0], pair => (string?)pair[1])).Build();
        var settings = TelemetrySettings.From(null, configuration);
        Assert.Equal((traces, metrics, false), (settings.SendsTraces, settings.SendsMetrics, settings.Metrics is not null));
    }
}
