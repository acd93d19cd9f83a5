using System.Text.Json;
using Behalf.Catalog;
using Behalf.Hosting.Exports;
using Behalf.Wire;

namespace Behalf.Hosting;

/// <summary>Turns what a handler throws into the wire's envelope: refusals as they are, bad input as 400, everything else
/// as a bare 500 whose cause only the log knows.</summary>
internal sealed class ErrorHandling(RequestDelegate next, HeldRefusals held, ILogger<ErrorHandling> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            // One database takes U+0000 as text, the other does not: it is refused at the door, in bodies by WireStrings.
            if (context.Request.QueryString.Value?.Contains("%00", StringComparison.Ordinal) == true)
            {
                throw new Problem(Refusal.InvalidRequest, "The query holds a zero character.");
            }

            await next(context);
            if (context.Refused() is { } problem)
            {
                await held.WaitAsync(problem, context.RequestAborted);
                await RefuseAsync(context, problem);
                return;
            }

            await AnswerEmptyRefusalAsync(context);
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            // Nobody listens any more.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            Forget(context.Response);
            await RefuseAsync(context, ToProblem(e, context));
        }
    }

    /// <summary>Drops what the handler had begun to say, but not what holds for any answer to this request.</summary>
    private static void Forget(HttpResponse response)
    {
        var (id, retry) = (response.Headers["x-request-id"], response.Headers["x-should-retry"]);
        response.Clear();
        response.Headers["x-request-id"] = id;
        if (retry.Count > 0)
        {
            response.Headers["x-should-retry"] = retry;
        }
    }

    /// <summary>Routing answers 404, 405 and 415 without a body; the wire has one for each.</summary>
    private static Task AnswerEmptyRefusalAsync(HttpContext context)
    {
        if (context.Response.HasStarted || context.Response.ContentLength is not null || context.Response.ContentType is not null)
        {
            return Task.CompletedTask;
        }

        Refusal? refusal = context.Response.StatusCode switch
        {
            404 => Refusal.RouteNotFound,
            405 => Refusal.MethodNotAllowed,
            415 => Refusal.UnsupportedMediaType,
            _ => null,
        };
        return refusal is null ? Task.CompletedTask : RefuseAsync(context, new Problem(refusal));
    }

    private static Task RefuseAsync(HttpContext context, Problem problem)
    {
        Refusals.Told(context, problem.Refusal);
        return ProblemWriter.WriteAsync(context, problem);
    }

    private Problem ToProblem(Exception e, HttpContext context)
    {
        switch (e)
        {
            case Problem problem:
                return problem;
            case CatalogException catalog:
                // What an account knows about itself does not fill the toolkit's URLs. The message names the variable, not its value.
                return new Problem(Refusal.Conflict, catalog.Message, "Connect the account again, or have an operator correct the toolkit's definition.");
            case BadHttpRequestException { StatusCode: 408 }:
                return new Problem(Refusal.TooSlow);
            case BadHttpRequestException { StatusCode: 413 }:
                return new Problem(Refusal.TooLarge);
            case BadHttpRequestException { StatusCode: 415 }:
                return new Problem(Refusal.UnsupportedMediaType);
            case BadHttpRequestException { InnerException: JsonException json }:
                return BadJson(json);
            case JsonException json:
                return BadJson(json);
            case BadHttpRequestException:
                return new Problem(Refusal.InvalidRequest, "A parameter or the body does not have the form that this route takes.");
            default:
                log.Unexpected(e, context.Request.Method, context.GetRequestId());
                return new Problem(Refusal.Internal);
        }
    }

    // The path comes from our own schema or the caller's own property names; the value is not repeated.
    private static Problem BadJson(JsonException json) => new(
        Refusal.InvalidRequest,
        json.Path is { Length: > 0 and < 200 } path ? $"The body is not as this route takes it at {path}." : "The body is not valid JSON.");
}
