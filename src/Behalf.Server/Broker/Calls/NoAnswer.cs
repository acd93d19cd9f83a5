using System.Text.Json;
using Behalf.Catalog;
using Behalf.Egress;

namespace Behalf.Broker.Calls;

/// <summary>What a caller is told where the provider gave no answer: a refusal if this server did not want to ask, else a
/// failure that says whether the call may have had its effect.</summary>
internal static class NoAnswer
{
    public static CallOutcome Outcome(Toolkit toolkit, bool readOnly, EgressException e) =>
        e.Denial is { } denial ? CallOutcome.Of(Denied(e)) with { Denial = denial, Unsent = e.Unsent }
        : MayAskAgain(readOnly, e) ? CallOutcome.Of(NoRoom(toolkit))
        : CallOutcome.Of(null, Sentence(toolkit, readOnly, e)) with { Unsent = e.Unsent };

    /// <summary>For the proxy, which shows the provider's answer as it is and so has no place for a failure.</summary>
    public static ProxyOutcome OfProxy(ProxyPlan plan, EgressException e)
    {
        var readOnly = plan.Request.Method == HttpMethod.Get;
        return new ProxyOutcome
        {
            Failure = e.Denial is not null ? Denied(e)
                : MayAskAgain(readOnly, e) ? NoRoom(plan.Toolkit)
                : new Problem(Refusal.ProviderFailed, Sentence(plan.Toolkit, readOnly, e)),
            Denial = e.Denial,
            NothingDone = e.Unsent || MayAskAgain(readOnly, e),
        };
    }

    public static string Name(EgressDenial denial) => JsonNamingPolicy.SnakeCaseLower.ConvertName(denial.ToString());

    /// <summary>Only the answer was too much for this server at that moment. After a write nobody knows what it said.</summary>
    private static bool MayAskAgain(bool readOnly, EgressException e) => readOnly && e.Failure == EgressFailure.NoRoom;

    private static Problem NoRoom(Toolkit toolkit) => new(
        Refusal.Overloaded, $"The answer of {toolkit.Name} is large, and other large answers had taken the memory for them.") { RetryAfterSeconds = 1 };

    private static Problem Denied(EgressException e) => new(Refusal.EgressDenied, e.Message);

    private static string Sentence(Toolkit toolkit, bool readOnly, EgressException e) => e.Unsent
        ? $"{toolkit.Name} could not be reached, and nothing was done. {e.Message}"
        : readOnly
            ? $"{toolkit.Name} gave no usable answer. {e.Message}"
            : $"{toolkit.Name} gave no usable answer, and it is not known whether the call took effect (outcome_unknown): look before doing it again. {e.Message}";
}
