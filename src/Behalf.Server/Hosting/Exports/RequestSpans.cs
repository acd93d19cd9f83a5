using System.Diagnostics;

namespace Behalf.Hosting.Exports;

/// <summary>The root of a request's spans: below the caller's own span, where the request names one. In the pipeline only where
/// traces are sent.</summary>
/// <remarks>Not the framework's activity: that one has the path, with ids in it, and takes <c>tracestate</c> and <c>baggage</c>
/// from whoever asks, which would travel on from here.</remarks>
internal sealed class RequestSpans(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Path.StartsWithSegments("/health"))
        {
            // Asked every few seconds, by machines that follow no trace.
            await next(context);
            return;
        }

        // Of the caller's context, which anybody can write, the two ids and the flag are taken. One that is malformed is none
        // (W3C Trace Context §4.3).
        _ = ActivityContext.TryParse(request.Headers["traceparent"], null, isRemote: true, out var parent);
        var method = MethodOf(request.Method);
        using var span = Telemetry.Source.StartActivity(method, ActivityKind.Server, parent);
        try
        {
            await next(context);
        }
        finally
        {
            if (span is { IsAllDataRequested: true })
            {
                Describe(span, context, method);
            }
        }
    }

    private static void Describe(Activity span, HttpContext context, string method)
    {
        var status = context.Response.StatusCode;
        span.SetTag(Labels.Method, method)
            .SetTag(Labels.Scheme, context.Request.Scheme)
            .SetTag(Labels.Status, status)
            .SetTag(Labels.RequestId, context.TraceIdentifier);
        if ((context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText is { } route)
        {
            span.DisplayName = $"{method} {route}";
            span.SetTag(Labels.Route, route);
        }

        if (context.Items[Refusals.Key] is string slug)
        {
            span.SetTag(Labels.Reason, slug);
        }

        if (status >= 500)
        {
            span.Fail(status.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Methods of one's own invention would each be a new name.</summary>
    private static string MethodOf(string method) =>
        method is "GET" or "POST" or "PUT" or "PATCH" or "DELETE" or "HEAD" or "OPTIONS" ? method : "_OTHER";
}
