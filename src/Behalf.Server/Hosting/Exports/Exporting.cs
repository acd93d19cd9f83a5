using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Behalf.Hosting.Exports;

/// <summary>Sends spans and numbers to the operator's collector, and keeps the numbers for whoever scrapes them. Starts before
/// the rooms' own work and ends after it.</summary>
/// <remarks>The exporter opens its connections itself, past the guarded factory: its address is the operator's, no request can
/// choose or change it, and it mostly is a private one, which the guard is there to refuse.</remarks>
internal sealed class Exporting(TelemetrySettings settings) : IHostedService, IDisposable
{
    private TracerProvider? _traces;
    private MeterProvider? _metrics;
    private PrometheusText? _text;

    /// <summary>What a scraper gets; null where nobody may scrape.</summary>
    public string? Scrape() => _text?.Scrape();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (settings.SendsTraces)
        {
            _traces = Sdk.CreateTracerProviderBuilder()
                .ConfigureServices(services => services.AddSingleton(settings.OpenTelemetry))
                .ConfigureResource(Describe)
                .SetSampler(SamplerOf(settings.Sampling))
                .AddSource(Telemetry.Name)
                .AddOtlpExporter()
                .Build();
        }

        if (settings.TakesMetrics)
        {
            _metrics = BuildMetrics();
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>With the container, after all hosted services have stopped: what they did last is sent, too.</summary>
    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }

    private MeterProvider BuildMetrics()
    {
        var builder = Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(settings.OpenTelemetry))
            .ConfigureResource(Describe)
            .AddMeter([.. Exposed.Meters])
            .AddView(Exposed.View);
        if (settings.SendsMetrics)
        {
            builder.AddOtlpExporter();
        }

        if (settings.Metrics is not null)
        {
            _text = new PrometheusText();
            builder.AddReader(new BaseExportingMetricReader(_text));
        }

        return builder.Build();
    }

    private static void Describe(ResourceBuilder resource) => resource
        .Clear()
        .AddService("behalf", serviceVersion: typeof(Exporting).Assembly.GetName().Version?.ToString(3))
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();

    private static Sampler SamplerOf(Sampling sampling)
    {
        Sampler root = sampling.Name switch
        {
            "always_on" or "parentbased_always_on" => new AlwaysOnSampler(),
            "always_off" or "parentbased_always_off" => new AlwaysOffSampler(),
            _ => new TraceIdRatioBasedSampler(sampling.Ratio),
        };
        return sampling.Name.StartsWith("parentbased_", StringComparison.Ordinal) ? new ParentBasedSampler(root) : root;
    }
}
