using Behalf.Sandbox.Provider;
using Microsoft.AspNetCore.Mvc;

namespace Behalf.Sandbox.Api;

/// <summary>Routes that are slow or that fail, for those who must cope with it.</summary>
internal static class Oddities
{
    private const int LongestMs = 600_000;

    private sealed record Slept(int SleptMs);

    private sealed record Answered(int Status);

    /// <summary><c>GET /api/slow?ms=</c></summary>
    public static async Task<IResult> SlowAsync(int ms, CancellationToken ct)
    {
        if (ms is < 0 or > LongestMs)
        {
            throw new Refused(400, "invalid_request", $"ms is 0 to {LongestMs}.");
        }

        await Task.Delay(ms, ct);
        return Results.Json(new Slept(ms));
    }

    /// <summary><c>GET /api/status/{code}?retry_after=</c></summary>
    public static IResult Status(HttpContext context, int code, [FromQuery(Name = "retry_after")] int? retryAfter)
    {
        if (code is < 200 or > 599)
        {
            throw new Refused(400, "invalid_request", "code is 200 to 599.");
        }

        if (retryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter = $"{seconds}";
        }

        // RFC 9110 §15.3.5, §15.3.6, §15.4.5: these have no content.
        return code is 204 or 205 or 304 ? Results.StatusCode(code) : Results.Json(new Answered(code), statusCode: code);
    }
}
