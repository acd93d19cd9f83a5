using Behalf.Catalog;
using Behalf.Egress;

namespace Behalf.Broker.Calls;

/// <summary>What a caller is told where the provider gave no answer: a refusal if this server did not want to ask, else a
/// failure that says whether the call may have had its effect.</summary>
internal static class NoAnswer
{
    public static CallOutcome Outcome(Toolkit toolkit, bool readOnly, EgressException e) => e.Denial is { } denial
        ? CallOutcome.Of(Denied(e)) with { Denial = denial, Unsent = e.Unsent }
        : CallOutcome.Of(null, Sentence(toolkit, readOnly, e));

    /// <summary>For an edge that shows the provider's answer as it is and so has no place for a failure.</summary>
    public static CallOutcome Refusal(Toolkit toolkit, bool readOnly, EgressException e) => e.Denial is null
        ? CallOutcome.Of(new Problem(Behalf.Refusal.ProviderFailed, Sentence(toolkit, readOnly, e)))
        : Outcome(toolkit, readOnly, e);

    private static Problem Denied(EgressException e) => new(Behalf.Refusal.EgressDenied, e.Message);

    private static string Sentence(Toolkit toolkit, bool readOnly, EgressException e) => e.Unsent
        ? $"{toolkit.Name} could not be reached, and nothing was done. {e.Message}"
        : readOnly
            ? $"{toolkit.Name} gave no usable answer. {e.Message}"
            : $"{toolkit.Name} gave no usable answer, and it is not known whether the call took effect (outcome_unknown): look before doing it again. {e.Message}";
}
