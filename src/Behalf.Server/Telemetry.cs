using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Behalf;

/// <summary>What this server tells about its own work: spans from one source, numbers from one meter. While nobody listens a
/// span is null and a number goes nowhere, at the price of a comparison.</summary>
/// <remarks>Reviewing what may be told is reading <see cref="Labels"/> and the <c>Measures.cs</c> of each room: words of closed
/// lists. Never a URL, a header, a body, a message, nor what a caller, a user or a provider wrote.</remarks>
internal static class Telemetry
{
    public const string Name = "Behalf";

    private static readonly string? Version = typeof(Telemetry).Assembly.GetName().Version?.ToString(3);

    public static ActivitySource Source { get; } = new(Name, Version);

    public static Meter Meter { get; } = new(Name, Version);

    /// <summary>A step of what goes on, below the step that goes on around it. Null where nobody records.</summary>
    public static Activity? Span(string name, ActivityKind kind = ActivityKind.Internal) => Source.StartActivity(name, kind);

    /// <summary>Work that no request asked for.</summary>
    public static Activity? RootSpan(string name)
    {
        // The loop may have been started inside of something that is recorded: it is no part of it.
        Activity.Current = null;
        return Source.StartActivity(name);
    }

    /// <summary>The step failed, for a reason of a closed list. No description: it would be a sentence, and those have contents.</summary>
    public static void Fail(this Activity? span, string reason) =>
        span?.SetTag(Labels.ErrorType, reason).SetStatus(ActivityStatusCode.Error);
}

/// <summary>The names of all that spans and numbers are labelled with.</summary>
internal static class Labels
{
    /// <summary>The catalogue's slug, or <see cref="None"/>.</summary>
    public const string Toolkit = "behalf.toolkit";

    /// <summary><c>tool</c> or <c>proxy</c>.</summary>
    public const string Mode = "behalf.mode";

    public const string Outcome = "behalf.outcome";

    public const string Reason = "behalf.reason";

    /// <summary>What a request to the outside is for.</summary>
    public const string Purpose = "behalf.purpose";

    /// <summary>What came of it: <c>2xx</c> to <c>5xx</c>, or why there is no answer.</summary>
    public const string Answer = "behalf.answer";

    public const string Queue = "behalf.queue";

    /// <summary><c>calls</c>, <c>requests</c> or <c>provider</c>.</summary>
    public const string Gate = "behalf.gate";

    /// <summary>The id that answers, audit events and logs carry. On spans only: numbers would become one for each request.</summary>
    public const string RequestId = "behalf.request_id";

    // OpenTelemetry's semantic conventions for HTTP, errors and tools.
    public const string ErrorType = "error.type";
    public const string Method = "http.request.method";
    public const string Route = "http.route";
    public const string Status = "http.response.status_code";
    public const string Scheme = "url.scheme";
    public const string Host = "server.address";
    public const string Port = "server.port";
    public const string Operation = "gen_ai.operation.name";
    public const string Tool = "gen_ai.tool.name";

    /// <summary>Where a label has no value: a call of a tool that does not exist has no toolkit.</summary>
    public const string None = "none";
}
