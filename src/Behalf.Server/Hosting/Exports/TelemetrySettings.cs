using System.Globalization;

namespace Behalf.Hosting.Exports;

/// <summary>Where spans and numbers go: nowhere, unless the operator says so with OpenTelemetry's own variables or
/// <c>BEHALF_METRICS</c>. The SDK reads its variables itself and takes a wrong value for none; so each is read here first.</summary>
internal sealed record TelemetrySettings
{
    /// <summary>Where <c>/metrics</c> is served; nowhere by default.</summary>
    public Uri? Metrics { get; init; }

    /// <summary>Whether spans are sent by OTLP.</summary>
    public bool SendsTraces { get; init; }

    /// <summary>Whether numbers are sent by OTLP.</summary>
    public bool SendsMetrics { get; init; }

    public Sampling Sampling { get; init; } = Sampling.Default;

    /// <summary>The <c>OTEL_*</c> variables by their full names.</summary>
    public IConfiguration OpenTelemetry { get; init; } = new ConfigurationBuilder().Build();

    public bool TakesMetrics => SendsMetrics || Metrics is not null;

    public static TelemetrySettings From(string? metrics, IConfiguration variables)
    {
        OtlpVariables.Check(variables);
        var on = !bool.Parse(variables["OTEL_SDK_DISABLED"] ?? "false");
        return new TelemetrySettings
        {
            Metrics = ParseMetrics(metrics),
            SendsTraces = on && OtlpVariables.Sends("TRACES", variables),
            SendsMetrics = on && OtlpVariables.Sends("METRICS", variables),
            Sampling = Sampling.Parse(variables["OTEL_TRACES_SAMPLER"], variables["OTEL_TRACES_SAMPLER_ARG"]),
            OpenTelemetry = variables,
        };
    }

    private static Uri? ParseMetrics(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var url)
            && url.Scheme == Uri.UriSchemeHttp && url.PathAndQuery == "/" && url.UserInfo.Length == 0 && url.Fragment.Length == 0
            && (url.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 || url.Host == "localhost")
                ? url
                : throw new SettingException(
                    $"BEHALF_METRICS is {text}; it must be http:// with an address of this machine and a port, such as http://127.0.0.1:9464.");
    }
}

/// <summary>Which requests become traces.</summary>
internal sealed record Sampling(string Name, double Ratio)
{
    /// <summary>A tenth, and whatever the caller records. Everything, which is the specification's default, costs a busy
    /// server a tenth of its calls, and overruns the queue that traces wait in.</summary>
    public static readonly Sampling Default = new("parentbased_traceidratio", 0.1);

    private static readonly string[] Names =
        ["always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio"];

    public static Sampling Parse(string? name, string? argument)
    {
        if (argument is not null
            && !(double.TryParse(argument, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var given) && given <= 1))
        {
            throw new SettingException($"OTEL_TRACES_SAMPLER_ARG is {argument}; it must be a ratio from 0 to 1.");
        }

        if (name is not null && !Names.Contains(name))
        {
            throw new SettingException($"OTEL_TRACES_SAMPLER is {name}; it must be one of {string.Join(", ", Names)}.");
        }

        // As the specification has it: a ratio that is named but not given is 1.
        var ratio = argument is null ? (name is null ? Default.Ratio : 1) : double.Parse(argument, CultureInfo.InvariantCulture);
        return new Sampling(name ?? Default.Name, ratio);
    }
}
