using Behalf.Sandbox.Ledger;
using Behalf.Sandbox.Provider;
using Microsoft.AspNetCore.Http.Features;

namespace Behalf.Sandbox.Faults;

/// <summary>Stands between the ledger and the endpoints: adds the latency in force and strikes with the faults that are
/// due.</summary>
internal sealed class Misbehave(FaultBook faults, ModeSwitch modes, SandboxLedger ledger, IHostApplicationLifetime lifetime)
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<LedgerRequest>() is not { } request)
        {
            await next(context);
            return;
        }

        // Real time, and not cut short when the caller hangs up: a provider goes on with what it was sent.
        await Task.Delay(LatencyOf(request.Step, modes.Current), CancellationToken.None);
        if (faults.Take(request.Step) is not { } fault)
        {
            await next(context);
            return;
        }

        request.Fault = fault.Kind;
        request.Unanswered = fault.Kind is FaultKind.Timeout or FaultKind.TimeoutAfter or FaultKind.RstBefore or FaultKind.RstAfter
            or FaultKind.HalfClose;
        await StrikeAsync(fault, context, next);
    }

    private static int LatencyOf(Step step, ProviderModes modes) => step switch
    {
        Step.Token or Step.Refresh => modes.TokenLatencyMs,
        Step.Api => modes.ApiLatencyMs,
        _ => 0,
    };

    private async Task StrikeAsync(Fault fault, HttpContext context, RequestDelegate next)
    {
        switch (fault.Kind)
        {
            case FaultKind.Timeout:
                await HangAsync(context);
                break;
            case FaultKind.TimeoutAfter:
                await CaptureAsync(context, next);
                await HangAsync(context);
                break;
            case FaultKind.RstBefore:
                Reset(context);
                break;
            case FaultKind.RstAfter:
                await CaptureAsync(context, next);
                Reset(context);
                break;
            case FaultKind.HalfClose:
                Wire.EndOwnSide(context);
                await HangAsync(context);
                break;
            case FaultKind.TruncatedJson:
                var answer = await CaptureAsync(context, next);
                await WrongAnswers.SendAsync(context, answer.AsMemory(0, answer.Length / 2));
                break;
            default:
                await WrongAnswers.SendAsync(context, fault);
                break;
        }
    }

    private void Reset(HttpContext context)
    {
        // Entered first: the caller may be back before this line's successor has returned.
        ledger.Complete(context.Features.GetRequiredFeature<LedgerRequest>());
        Wire.Reset(context);
    }

    /// <summary>Until the caller goes away; when the provider stops it does not wait for that.</summary>
    private async Task HangAsync(HttpContext context)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        await Task.Delay(Timeout.Infinite, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        context.Abort();
    }

    /// <summary>Lets the request be served, and keeps the answer from the wire.</summary>
    private static async Task<byte[]> CaptureAsync(HttpContext context, RequestDelegate next)
    {
        var wire = context.Response.Body;
        using var answer = new MemoryStream();
        context.Response.Body = answer;
        try
        {
            await next(context);
        }
        finally
        {
            context.Response.Body = wire;
        }

        return answer.ToArray();
    }
}
