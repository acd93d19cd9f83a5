using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.Connect.Pages;
using Behalf.Accounts.OAuth;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Storage;
using Behalf.Vault;
using Behalf.Wire;

namespace Behalf.Accounts.Connect;

/// <summary>Where the provider sends the browser back to. The order is the argument: whose flow is it, is this the way and the
/// browser it left by, is the state unspent; only then is anything believed.</summary>
internal sealed class Callback(
    IDatabase database, ConnectContexts contexts, ConnectCookie cookie, CodeExchange exchange, ParkedConnections parked, FinishFlow finish)
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(
        RedirectUris.Path + "{context}",
        (string context, HttpContext http, Callback callback, CancellationToken ct) => callback.HandleAsync(context, http, ct));

    private async Task<IResult> HandleAsync(string path, HttpContext http, CancellationToken ct)
    {
        var query = http.Request.Query;
        if (await database.LocateFlowAsync(LocatorKind.State, query["state"], ct) is not { } flow || await contexts.OfAsync(flow, ct) is not { } context)
        {
            return PageResults.Outcome(new OutcomeView
            {
                Kind = OutcomeKind.WrongBrowser,
                Brand = BrandView.Neutral,
                ToolkitName = null,
                RequestId = http.GetRequestId(),
            });
        }

        if (flow.Stage != FlowStage.AtProvider)
        {
            return ConnectPageRoutes.Outcome(context, flow.Outcome == StatusReasons.WrongBrowser ? OutcomeKind.WrongBrowser : OutcomeKind.AlreadyUsed, http);
        }

        var because = context.ByEndUser(http.GetRequestId(), AuditActions.LinkEnded);
        if (Objection(context, path, http) is { } reason)
        {
            // The state is burnt: whoever brought it to the wrong place does not get to try again.
            return ConnectEnds.AfterCallback(context, await finish.FailAsync(flow, reason, because, ct), http);
        }

        if (query[(context.Config.Scheme as OAuth2Scheme)?.Quirks.CodeParameter ?? "code"].ToString() is not { Length: > 0 and <= 4096 } code)
        {
            return ConnectEnds.AfterCallback(context, await finish.FailAsync(flow, StatusReasons.ProviderError, because, ct), http);
        }

        return await RedeemAsync(context, code, http, because, ct);
    }

    /// <summary>The reason to end the flow here; null if the answer may be believed.</summary>
    private string? Objection(ConnectContext context, string path, HttpContext http)
    {
        var flow = context.Flow;
        var query = http.Request.Query;
        if (cookie.Read(http) is not { } secret || flow.BrowserHash is null
            || !System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(flow.BrowserHash, BrowserBinding.Hash(secret)))
        {
            return StatusReasons.WrongBrowser;
        }

        if (path != RedirectUris.ContextOf(context.Config))
        {
            return StatusReasons.ContextMismatch;
        }

        if (flow.IsExpired)
        {
            return StatusReasons.LinkExpired;
        }

        // RFC 9207 §2.4: compared as text; one that is advertised and missing is as bad as a wrong one.
        var issuer = (context.Config.Scheme as OAuth2Scheme)?.Issuer;
        var iss = query["iss"].ToString();
        if (issuer is not null && (issuer.IssParameter || iss.Length > 0)
            && iss != issuer.Url.Fill(context.Config.Toolkit.Variables, context.Variables.Concat(context.Config.Settings.Fields).GroupBy(v => v.Key).ToDictionary(g => g.Key, g => g.Last().Value)))
        {
            return StatusReasons.IssuerMismatch;
        }

        return query["error"].ToString() switch
        {
            "" => null,
            "access_denied" or "user_denied" or "consent_required" => StatusReasons.ConsentDenied,
            _ => StatusReasons.ProviderError,
        };
    }

    private async Task<IResult> RedeemAsync(ConnectContext context, string code, HttpContext http, AuditEvent because, CancellationToken ct)
    {
        Failpoint.Reach("connect.returned");
        var state = http.Request.Query["state"].ToString();
        var pending = new PendingCode(code, BrowserBinding.Verifier(cookie.Read(http)!, state), state, CallbackVariables(context, http));
        if (context.Settings.Confirmer is { } verifier)
        {
            return await parked.ParkAsync(context.Flow, new PendingConnection { Code = pending }, because, ct) is { } sessionUri
                ? Results.Redirect(WebUrl.WithQuery(verifier, ("session_uri", sessionUri)))
                : ConnectPageRoutes.Outcome(context, OutcomeKind.AlreadyUsed, http);
        }

        var end = await exchange.RunAsync(context, context.Flow, pending, because, ct);
        Failpoint.Reach("connect.ended");
        return ConnectEnds.AfterCallback(context, end, http);
    }

    private static Dictionary<string, string> CallbackVariables(ConnectContext context, HttpContext http) =>
        context.Config.Toolkit.Variables.Where(v => v.From == FieldSource.Callback)
            .Select(v => (v, Value: http.Request.Query[v.Path ?? v.Name].ToString()))
            .Where(v => v.Value.Length > 0 && v.v.Accepts(v.Value))
            .ToDictionary(v => v.v.Name, v => v.Value);
}

/// <summary>A code with what is needed to redeem it.</summary>
internal sealed record PendingCode(string Code, string Verifier, string State, Dictionary<string, string> Variables)
{
    public override string ToString() => "[secret]";
}
