using Behalf.Accounts.OAuth;
using Behalf.Audit;
using Behalf.Storage;

namespace Behalf.Accounts.Connect;

/// <summary>Keeps what a user typed and the application has confirmed since: once, by whoever closed the flow's door
/// first.</summary>
internal sealed class TypedExchange(
    IDatabase database, CodeExchange exchange, FinishFlow finish, AccountProbe probe, TokenEndpoint tokens)
{
    public async Task<FlowEnd> RunAsync(
        ConnectContext context, FlowRow flow, Dictionary<string, string> typed, AuditEvent because, CancellationToken ct)
    {
        if (!await exchange.TakeAsync(flow, ct))
        {
            return new FlowEnd(false, "already_used");
        }

        var taken = flow with { Stage = FlowStage.Exchanging };
        var won = await TypedCredentials.TryAsync(
            context.Config, context.Variables, typed, context.Scopes, probe, tokens, database, CancellationToken.None);
        return won is null
            ? await finish.FailAsync(taken, StatusReasons.CredentialRefused, because, CancellationToken.None)
            : await finish.RunAsync(taken, context.Config, won, because, CancellationToken.None);
    }
}
