using System.Globalization;
using Behalf.Bench.Offering;

namespace Behalf.Bench.Parts;

/// <summary>More calls than the server can do, at an even rate that no refusal slows down: how many are still done, how long those
/// take, and what becomes of the others.</summary>
internal static class Overload
{
    private static readonly double[] Factors = [1, 2, 10];

    /// <summary>As many as may be under way for the generator; more would only wait in the server's sockets.</summary>
    private const int Connections = 2000;

    public static int Seconds(BenchOptions options) => options.WarmUp + ((Factors.Length + 1) * options.Rounds * (options.Seconds + 1));

    /// <summary>The provider answers at once, so that the server's core is what there is too little of; refusals need it, too.</summary>
    public static IAsyncEnumerable<Goal> OfProcessorAsync(Field field) => MeasureAsync(field, "overload-processor", field.Upstream, 256);

    /// <summary>The provider takes 20 ms, so that places are what there is too little of.</summary>
    public static IAsyncEnumerable<Goal> OfPlacesAsync(Field field) => MeasureAsync(field, "overload-places", field.SlowUpstream, 16);

    private static async IAsyncEnumerable<Goal> MeasureAsync(Field field, string folder, Uri upstream, int places)
    {
        var options = field.Options;
        var number = places.ToString(CultureInfo.InvariantCulture);
        var node = await field.StartNodeAsync(folder, "", upstream, new Dictionary<string, string>
        {
            ["BEHALF_MAX_CALLS"] = number,
            ["BEHALF_MAX_CALLS_PER_PROJECT"] = number,
            ["BEHALF_MAX_CALLS_PER_PROVIDER"] = number,
        });
        using var generator = field.StartGenerator(node, node.Process.Url);
        await generator.OfferAsync(new Order { AtOnce = places, Seconds = options.WarmUp });
        var rounds = new List<Round>();
        for (var i = 0; i < options.Rounds; i++)
        {
            var peak = await generator.OfferAsync(new Order { AtOnce = places, Seconds = options.Seconds + 1 });
            var over = new List<Offered>();
            foreach (var factor in Factors)
            {
                over.Add(await generator.OfferAsync(
                    new Order { PerSecond = factor * peak.DonePerSecond, AtOnce = Connections, Seconds = options.Seconds + 1 }));
            }

            rounds.Add(new Round(peak, over));
        }

        var failure = rounds.SelectMany(r => r.Over.Append(r.Peak)).FirstOrDefault(o => o.Failure is not null)?.Failure;
        foreach (var goal in Factors.SelectMany((factor, i) => Goals(rounds, factor, i, $"SQLite, {places} places", failure)))
        {
            yield return goal;
        }
    }

    private static IEnumerable<Goal> Goals(List<Round> rounds, double factor, int index, string name, string? failure)
    {
        var label = string.Create(
            CultureInfo.InvariantCulture,
            $"{name}, {factor}× the peak of {Median(r => r.Peak.DonePerSecond):F0} calls/s wanted, {Median(r => r.Over[index].SentPerSecond):F0}/s offered, {Median(r => r.Over[index].Refused / r.Over[index].Seconds):F0}/s refused: ");
        yield return new Goal(label + "done to the peak", Median(r => r.Over[index].DonePerSecond / r.Peak.DonePerSecond), 0.90);
        yield return new Goal(
            string.Create(CultureInfo.InvariantCulture, $"{label}their p99 to the peak's ({Median(r => r.Peak.P99Us) / 1000:F0} ms)"),
            Median(r => r.Over[index].P99Us / r.Peak.P99Us), 2, Most: true);
        yield return new Goal(
            $"{label}neither done nor refused with Retry-After{(failure is null ? "" : $" (the first: {failure})")}", rounds.Sum(r => r.Over[index].Failed), 0, Most: true);

        double Median(Func<Round, double> of) => Series.Middle(rounds.Select(of));
    }

    /// <summary>The peak of as many callers as there are places, each waiting for its answer; and what was offered beyond it.</summary>
    private sealed record Round(Offered Peak, IReadOnlyList<Offered> Over);
}
