using System.Text.Json;
using Behalf.Accounts;
using Behalf.Broker.Requests;
using Behalf.Catalog;
using Behalf.Egress;

namespace Behalf.Broker.Calls;

/// <summary>A call that was found in order, on its way out.</summary>
internal sealed record CallPlan(Caller Caller, Toolkit Toolkit, Tool Tool, AuthScheme Scheme, JsonElement Arguments);

/// <summary>What is to be sent, and with what; or the outcome, where nothing is.</summary>
internal sealed record ReadyCall(CallAccount? Account, Credential Credential, ToolHttpRequest? Request, CallOutcome? Outcome)
{
    /// <summary>Where the credential may go; null where nothing is sent.</summary>
    public AllowedHosts? Hosts { get; init; }
}
