using System.Net.Sockets;
using Behalf.Sandbox.Ledger;
using Behalf.Sandbox.Provider;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Behalf.Sandbox.Faults;

/// <summary>Stands between the ledger and the endpoints: adds the latency in force, holds what is to be held, and strikes with the faults that are
/// due.</summary>
internal sealed class Misbehave(FaultBook faults, Hold hold, ModeSwitch modes, SandboxLedger ledger)
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
        await hold.PassAsync(request.Step, context.RequestAborted);
        if (faults.Take(request.Step) is not { } fault)
        {
            await next(context);
            return;
        }

        request.Fault = fault.Kind;
        request.Unanswered = fault.Kind is FaultKind.Timeout or FaultKind.TimeoutAfter
            or FaultKind.RstBefore or FaultKind.RstAfter or FaultKind.HalfClose;
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
                context.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket.Shutdown(SocketShutdown.Send);
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

    /// <summary>Kestrel closes an aborted connection without lingering, which the kernel turns into RST.</summary>
    private void Reset(HttpContext context)
    {
        // First the ledger: the caller may be back before the next line has returned.
        ledger.Complete(context.Features.GetRequiredFeature<LedgerRequest>());
        context.Abort();
    }

    /// <summary>Until the caller goes away or the provider stops.</summary>
    private static async Task HangAsync(HttpContext context)
    {
        await Task.Delay(Timeout.Infinite, context.RequestAborted)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
