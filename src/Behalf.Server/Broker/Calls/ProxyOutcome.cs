using System.Text.Json.Nodes;
using Behalf.Audit;
using Behalf.Broker.Requests;
using Behalf.Broker.Responses;
using Behalf.Broker.Wire;
using Behalf.Catalog;
using Behalf.Egress;

namespace Behalf.Broker.Calls;

/// <summary>A proxy request that was found in order, on its way out.</summary>
internal sealed record ProxyPlan(Caller Caller, Toolkit Toolkit, AuthScheme Scheme, ToolHttpRequest Request, AllowedHosts Hosts);

/// <summary>How a proxy request ended: with the provider's answer, with one that was kept, or without any.</summary>
internal sealed record ProxyOutcome
{
    public UpstreamAnswer? Answer { get; init; }

    /// <summary>The answer to an earlier request with the same idempotency key.</summary>
    public ProxyAnswer? Kept { get; init; }

    public Problem? Failure { get; init; }

    /// <summary>How often a secret of the call was found in the answer and taken out.</summary>
    public int Reflections { get; init; }

    /// <summary>Whether this request took its idempotency key.</summary>
    public bool Claimed { get; init; }

    /// <summary>Whether it is certain that nothing was done.</summary>
    public bool NothingDone { get; init; }

    public bool Successful => Kept is not null || Answer?.Status is >= 200 and < 400;

    /// <summary>Why this server did not want to send, or to send on.</summary>
    public EgressDenial? Denial { get; init; }

    /// <summary>For the trail.</summary>
    public string AuditOutcome => Successful ? AuditOutcomes.Success
        : Denial is not null && NothingDone ? AuditOutcomes.Refused
        : AuditOutcomes.Failed;

    /// <summary>For the trail: never a body.</summary>
    public string? AuditDetail()
    {
        var detail = new JsonObject();
        if (Kept is not null)
        {
            detail["replay"] = true;
        }

        if (Reflections > 0)
        {
            detail["secret_reflected"] = Reflections;
        }

        if (Failure is not null)
        {
            detail["error"] = Failure.Refusal.Slug;
        }

        if (Denial is { } denial)
        {
            detail["denial"] = NoAnswer.Name(denial);
        }

        return detail.Count > 0 ? detail.ToJsonString() : null;
    }
}
