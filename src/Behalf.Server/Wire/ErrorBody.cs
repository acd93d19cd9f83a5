using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Behalf.Wire;

/// <summary>The envelope of every refusal on the wire.</summary>
internal sealed record ErrorBody
{
    public required ErrorDetail Error { get; init; }
}

internal sealed record ErrorDetail
{
    public required string Message { get; init; }

    public required int Code { get; init; }

    public required string Slug { get; init; }

    public required int Status { get; init; }

    public required string RequestId { get; init; }

    public required string SuggestedFix { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Errors { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class WireJson : JsonSerializerContext;

/// <summary>On routes whose clients read refusals in another form than the usual one: what makes that form.</summary>
internal sealed record RefusalForm(Func<ErrorDetail, JsonObject> Make);

internal static class ProblemWriter
{
    public static Task WriteAsync(HttpContext context, Problem problem)
    {
        var refusal = problem.Refusal;
        context.Response.StatusCode = refusal.Status;
        context.Response.Headers.CacheControl = "no-store";
        if (problem.RetryAfterSeconds is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (problem.RequestsPerMinute is { } rate)
        {
            // As the published wire names them.
            context.Response.Headers["X-RateLimit"] = rate.ToString(CultureInfo.InvariantCulture);
            context.Response.Headers["X-RateLimit-Remaining"] = "0";
            context.Response.Headers["X-RateLimit-Window-Size"] = "60s";
        }

        if (refusal.Status == 401)
        {
            context.Response.Headers.WWWAuthenticate = "ApiKey realm=\"behalf\"";
        }

        var detail = new ErrorDetail
        {
            Message = problem.Message,
            Code = refusal.Code,
            Slug = refusal.Slug,
            Status = refusal.Status,
            RequestId = context.GetRequestId(),
            SuggestedFix = problem.Fix,
            Errors = problem.Errors.Count > 0 ? problem.Errors : null,
        };
        return context.GetEndpoint()?.Metadata.GetMetadata<RefusalForm>() is { } form
            ? context.Response.WriteAsJsonAsync(form.Make(detail), WireJson.Default.JsonObject, "application/json", context.RequestAborted)
            : context.Response.WriteAsJsonAsync(
                new ErrorBody { Error = detail }, WireJson.Default.ErrorBody, "application/json", context.RequestAborted);
    }
}
