using System.Text;
using Behalf.Sandbox.Grants;
using Behalf.Sandbox.Provider;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace Behalf.Sandbox.Ledger;

/// <summary>Enters each request into the ledger before anything else looks at it.</summary>
internal sealed class RequestRecorder(SandboxLedger ledger, TokenBook tokens, SandboxOptions options)
{
    private const int BodyKept = 64 * 1024;
    private const int BodyInMemory = 1024 * 1024;

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (options.Controls && context.Request.Path.StartsWithSegments("/ctl", StringComparison.Ordinal))
        {
            await next(context);
            return;
        }

        var record = await ReadAsync(context);
        context.Features.Set(record);
        ledger.Add(record);

        // A call is over when its answer begins to leave, not when the server is done with it: else a client that
        // sends its next refresh at once would be seen as sending two. One without an answer is over when it ends.
        context.Response.OnStarting(() =>
        {
            record.Status = record.Unanswered ? null : context.Response.StatusCode;
            ledger.Complete(record);
            return Task.CompletedTask;
        });
        context.Response.OnCompleted(() =>
        {
            ledger.Complete(record);
            return Task.CompletedTask;
        });
        await next(context);
    }

    private async Task<LedgerRequest> ReadAsync(HttpContext context)
    {
        var request = context.Request;
        var body = await ReadBodyAsync(request, context.RequestAborted);
        var form = request.HasFormContentType ? QueryHelpers.ParseQuery(body) : [];
        var step = StepOf(request, form.GetValueOrDefault("grant_type") == "refresh_token");
        return new LedgerRequest
        {
            Sequence = ledger.NextSequence(),
            Time = options.Time.GetUtcNow(),
            Step = step,
            Method = request.Method,
            Target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            Path = request.Path.ToString(),
            Headers = request.Headers.ToDictionary(
                header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            Body = body,
            Family = step == Step.Refresh ? tokens.FamilyOf(form.GetValueOrDefault("refresh_token")) : null,
        };
    }

    private static Step StepOf(HttpRequest request, bool refreshes) => (request.Method, request.Path.Value) switch
    {
        ("GET", "/oauth/authorize") => Step.Authorize,
        ("POST", "/oauth/token") => refreshes ? Step.Refresh : Step.Token,
        ("POST", "/oauth/revoke") => Step.Revoke,
        _ => request.Path.StartsWithSegments("/api", StringComparison.Ordinal) ? Step.Api : Step.Other,
    };

    private static async Task<string> ReadBodyAsync(HttpRequest request, CancellationToken ct)
    {
        // In memory, not in a temporary file: bodies hold tokens, and tests search the disk for those.
        request.EnableBuffering(BodyInMemory);
        using var copy = new MemoryStream();
        await request.Body.CopyToAsync(copy, ct);
        request.Body.Position = 0;
        return Encoding.UTF8.GetString(copy.GetBuffer(), 0, (int)Math.Min(copy.Length, BodyKept));
    }
}
