using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;

namespace Behalf.Egress;

/// <summary>What this room tells as spans and numbers.</summary>
internal static class Measures
{
    // The framework's http.client.request.duration would name the host, which for some toolkits is a customer's own.
    private static readonly Histogram<double> Duration = Telemetry.Meter.CreateHistogram<double>(
        "behalf.upstream.request.duration", "s", "How long a request to the outside took, to the last byte of its answer.");

    private static readonly string[] Purposes =
        [.. Enum.GetNames<EgressPurpose>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    /// <summary>A client span as the conventions have it, but for <c>url.full</c>: paths hold ids, queries hold credentials.</summary>
    public static Activity? Span(EgressRequest request)
    {
        var span = Telemetry.Span(request.Method.Method, ActivityKind.Client);
        if (span?.IsAllDataRequested == true)
        {
            span.SetTag(Labels.Method, request.Method.Method)
                .SetTag(Labels.Purpose, Purposes[(int)request.Purpose])
                .SetTag(Labels.Toolkit, request.Toolkit ?? Labels.None);
            if (request.Hosts.Contain(request.Url))
            {
                span.SetTag(Labels.Host, request.Url.Host).SetTag(Labels.Port, request.Url.Port);
            }
        }

        return span;
    }

    public static void Answered(Activity? span, EgressRequest request, int status, TimeSpan took)
    {
        span?.SetTag(Labels.Status, status);
        if (status >= 400)
        {
            span.Fail(StatusText(status));
        }

        Record(request, Class(status), took);
    }

    public static void Failed(Activity? span, EgressRequest request, EgressFailure failure, TimeSpan took)
    {
        var reason = JsonNamingPolicy.SnakeCaseLower.ConvertName(failure.ToString());
        span.Fail(reason);
        Record(request, reason, took);
    }

    public static void HungUp(Activity? span, EgressRequest request, TimeSpan took)
    {
        span.Fail("cancelled");
        Record(request, "cancelled", took);
    }

    private static void Record(EgressRequest request, string answer, TimeSpan took)
    {
        if (Duration.Enabled)
        {
            Duration.Record(
                took.TotalSeconds,
                new(Labels.Purpose, Purposes[(int)request.Purpose]),
                new(Labels.Toolkit, request.Toolkit ?? Labels.None),
                new(Labels.Answer, answer));
        }
    }

    private static string Class(int status) => status switch
    {
        < 200 => "1xx",
        < 300 => "2xx",
        < 400 => "3xx",
        < 500 => "4xx",
        _ => "5xx",
    };

    private static string StatusText(int status) => status.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
