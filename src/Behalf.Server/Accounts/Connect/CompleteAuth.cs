using Behalf.Audit;
using Behalf.Storage;
using Behalf.Wire;

namespace Behalf.Accounts.Connect;

/// <summary><c>POST /connected_accounts/complete_auth</c>: the application says, from its own session, who finished. Only if it
/// is who was invited is the code redeemed, or the typed key kept.</summary>
internal static class CompleteAuth
{
    public static async Task<CompleteAuthAnswer> HandleAsync(
        CallerParameter caller,
        CompleteAuthRequest body,
        ParkedConnections parked,
        ConnectContexts contexts,
        CodeExchange exchange,
        TypedExchange typed,
        FinishFlow finish,
        HttpContext http,
        CancellationToken ct)
    {
        var user = WireText.UserId(body.UserId);
        var flow = await parked.FindAsync(WireText.Required(body.SessionUri, "session_uri", 2048), ct);
        if (flow is null || flow.ProjectId != caller.Caller.Project || await contexts.OfAsync(flow, ct) is not { } context)
        {
            throw new Problem(Refusal.NotFound);
        }

        if (flow.Stage != FlowStage.Parked || flow.IsExpired)
        {
            throw new Problem(Refusal.CompletionOver);
        }

        var because = AuditEvent.By(caller, AuditActions.LinkEnded);
        if (user != flow.ExternalUser)
        {
            await finish.FailAsync(flow, StatusReasons.WrongUser, because, ct);
            throw new Problem(Refusal.UserMismatch);
        }

        var pending = await parked.OpenAsync(flow, because, ct);
        var end = pending.Code is { } code
            ? await exchange.RunAsync(context, flow, code, because, ct)
            : await typed.RunAsync(context, flow, pending.Typed!, because, ct);
        return end.Success
            ? new CompleteAuthAnswer { ConnectedAccountId = flow.AccountId.ToString(), ToolkitSlug = context.Config.Toolkit.Slug }
            : throw (end.Reason == "already_used" ? new Problem(Refusal.CompletionOver) : new Problem(Refusal.NotConnected, $"The connection failed: {end.Reason}."));
    }
}
