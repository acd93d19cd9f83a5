using System.Globalization;

namespace Behalf.Hosting.Exports;

/// <summary>The variables of OpenTelemetry's specification that this server goes by.</summary>
internal static class OtlpVariables
{
    private static readonly string[] Protocols = ["grpc", "http/protobuf"];
    private static readonly string[] Signals = ["", "TRACES_", "METRICS_"];

    /// <summary>Whether a signal is sent: an endpoint is set for it or for all, and its exporter is not <c>none</c>.</summary>
    public static bool Sends(string signal, IConfiguration variables) =>
        (variables["OTEL_EXPORTER_OTLP_ENDPOINT"] ?? variables[$"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"]) is not null
        && variables[$"OTEL_{signal}_EXPORTER"] != "none";

    /// <exception cref="SettingException">One of them cannot be worked with.</exception>
    public static void Check(IConfiguration variables)
    {
        foreach (var signal in Signals)
        {
            var prefix = "OTEL_EXPORTER_OTLP_" + signal;
            Check(variables, prefix + "ENDPOINT", IsEndpoint, "an http:// or https:// URL without a user, such as http://127.0.0.1:4318");
            Check(variables, prefix + "PROTOCOL", Protocols.Contains, "grpc or http/protobuf");
            Check(variables, prefix + "TIMEOUT", IsMilliseconds, "a number of milliseconds");
            Check(variables, prefix + "HEADERS", IsPairs, "a list such as name=value,name=value", secret: true);
        }

        foreach (var signal in (ReadOnlySpan<string>)["TRACES", "METRICS"])
        {
            Check(variables, $"OTEL_{signal}_EXPORTER", value => value is "otlp" or "none", "otlp or none");
        }

        Check(variables, "OTEL_RESOURCE_ATTRIBUTES", IsPairs, "a list such as name=value,name=value");
        Check(variables, "OTEL_METRIC_EXPORT_INTERVAL", IsMilliseconds, "a number of milliseconds");
        Check(variables, "OTEL_BSP_SCHEDULE_DELAY", IsMilliseconds, "a number of milliseconds");
        Check(variables, "OTEL_SDK_DISABLED", value => bool.TryParse(value, out _), "true or false");
    }

    private static void Check(IConfiguration variables, string name, Func<string, bool> fits, string what, bool secret = false)
    {
        if (variables[name] is { } value && !fits(value))
        {
            // Headers hold the key to the operator's collector.
            throw new SettingException($"{name} is {(secret ? "not understood" : value)}; it must be {what}.");
        }
    }

    private static bool IsEndpoint(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0;

    private static bool IsMilliseconds(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds > 0;

    private static bool IsPairs(string value) => value.Split(',').All(pair => pair.Trim().IndexOf('=', StringComparison.Ordinal) > 0);
}
