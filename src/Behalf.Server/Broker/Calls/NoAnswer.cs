using System.Text.Json;
using Behalf.Catalog;
using Behalf.Egress;

namespace Behalf.Broker.Calls;

/// <summary>What a caller is told where the provider gave no answer: a refusal if this server did not want to ask, else a
/// failure that says whether the call may have had its effect.</summary>
internal static class NoAnswer
{
    public static CallOutcome Outcome(Toolkit toolkit, bool readOnly, EgressException e) => e.Denial is { } denial
        ? CallOutcome.Of(Denied(e)) with { Denial = denial, Unsent = e.Unsent }
        : CallOutcome.Of(null, Sentence(toolkit, readOnly, e)) with { Unsent = e.Unsent };

    /// <summary>For the proxy, which shows the provider's answer as it is and so has no place for a failure.</summary>
    public static ProxyOutcome OfProxy(ProxyPlan plan, EgressException e) => new()
    {
        Failure = e.Denial is null
            ? new Problem(Refusal.ProviderFailed, Sentence(plan.Toolkit, plan.Request.Method == HttpMethod.Get, e))
            : Denied(e),
        Denial = e.Denial,
        NothingDone = e.Unsent,
    };

    public static string Name(EgressDenial denial) => JsonNamingPolicy.SnakeCaseLower.ConvertName(denial.ToString());

    private static Problem Denied(EgressException e) => new(Refusal.EgressDenied, e.Message);

    private static string Sentence(Toolkit toolkit, bool readOnly, EgressException e) => e.Unsent
        ? $"{toolkit.Name} could not be reached, and nothing was done. {e.Message}"
        : readOnly
            ? $"{toolkit.Name} gave no usable answer. {e.Message}"
            : $"{toolkit.Name} gave no usable answer, and it is not known whether the call took effect (outcome_unknown): look before doing it again. {e.Message}";
}
