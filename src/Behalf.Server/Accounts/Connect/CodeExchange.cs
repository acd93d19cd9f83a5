using Behalf.Accounts.AuthConfigs;
using Behalf.Accounts.OAuth;
using Behalf.Accounts.Revocation;
using Behalf.Audit;
using Behalf.Catalog;
using Behalf.Storage;

namespace Behalf.Accounts.Connect;

/// <summary>Redeems a code: once, by whoever closed the flow's door first.</summary>
internal sealed class CodeExchange(
    IDatabase database, OAuthClients clients, TokenEndpoint tokens, OrphanTokens orphans, FinishFlow finish)
{
    /// <summary>The flow is at <see cref="FlowStage.Exchanging"/> while the provider is asked; nobody else gets there.</summary>
    public async Task<FlowEnd> RunAsync(
        ConnectContext context, FlowRow flow, PendingCode pending, AuditEvent because, CancellationToken ct)
    {
        if (!await TakeAsync(flow, ct))
        {
            return new FlowEnd(false, "already_used");
        }

        Failpoint.Reach("connect.taken");
        var taken = flow with { Stage = FlowStage.Exchanging };
        var variables = context.Variables.Concat(pending.Variables).GroupBy(v => v.Key).ToDictionary(g => g.Key, g => g.Last().Value);
        if (context.Config.Scheme is not OAuth2Scheme scheme || await clients.FindAsync(context.Config, variables, because, ct) is not { } client)
        {
            return await finish.FailAsync(taken, StatusReasons.InvalidClient, because, ct);
        }

        Failpoint.Reach("connect.opened");

        // Sent is spent: from here on the caller's hanging up changes nothing.
        var result = await tokens.ExchangeCodeAsync(
            client,
            pending.Code,
            AuthorizationUrl.RedirectUri(scheme.Quirks, flow.RedirectUri!, pending.State),
            scheme.Quirks.Pkce == Pkce.S256 ? pending.Verifier : null,
            CancellationToken.None);
        Failpoint.Reach("connect.answered");
        if (result.Tokens is not { } answer)
        {
            var reason = result.Refusal == TokenRefusal.InvalidClient ? StatusReasons.InvalidClient : StatusReasons.ProviderError;
            return await finish.FailAsync(taken, reason, because, CancellationToken.None);
        }

        var won = WonCredential.From(answer, context.Scopes, await database.NowAsync(CancellationToken.None)) with
        {
            Variables = pending.Variables.Concat(answer.Variables).GroupBy(v => v.Key).ToDictionary(g => g.Key, g => g.Last().Value),
        };
        var orphan = new OrphanToken
        {
            Config = context.Config,
            Variables = client.Variables,
            Credential = won.Credential,
            Account = flow.AccountId,
            Subject = won.Subject,
        };
        var inCase = await orphans.LeaveInCaseAsync(orphan, client, flow.ExternalUser);
        return await finish.RunAsync(taken, context.Config, won with { InCase = inCase }, because, CancellationToken.None);
    }

    /// <summary>True for one caller only: the door closes behind it.</summary>
    public Task<bool> TakeAsync(FlowRow flow, CancellationToken ct) => database.WriteAsync(
        RowScope.Of(flow.ProjectId),
        async session => await session.ExecuteAsync(
            """
            update flow set stage = @exchanging
            where project_id = @ProjectId and flow_id = @FlowId and stage = @Stage and expires_at > behalf_now()
            """,
            new { flow.ProjectId, flow.FlowId, flow.Stage, exchanging = FlowStage.Exchanging }) == 1,
        ct);
}
