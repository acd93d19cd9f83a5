using System.Globalization;
using Behalf.Bench.Offering;

namespace Behalf.Bench.Parts;

/// <summary>More calls than the server can do, at an even rate that no refusal slows down: how many are still done, how long those
/// take, and what becomes of the others. The peak is that of as many callers as there are places, each waiting for its answer.</summary>
internal static class Overload
{
    private static readonly double[] Factors = [1, 2, 10];

    /// <summary>How many calls the generator has under way at most; more would wait in the server's sockets.</summary>
    private const int Connections = 2000;

    public static int Seconds(BenchOptions options) => (2 * options.WarmUp) + ((Factors.Length + 1) * options.Rounds * (options.Seconds + 1));

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
        var warm = await generator.OfferAsync(new Order { AtOnce = places, Seconds = options.WarmUp });

        // Refusing, too, must be compiled before it counts.
        await generator.OfferAsync(new Order { PerSecond = 2 * warm.DonePerSecond, AtOnce = Connections, Seconds = options.WarmUp });
        var rounds = new List<IReadOnlyList<Measurement>>();
        for (var i = 0; i < options.Rounds; i++)
        {
            var peak = await OfferAsync(0, places);
            var round = new List<Measurement> { peak };
            foreach (var factor in Factors)
            {
                round.Add(await OfferAsync(factor * peak.Offered.DonePerSecond, Connections));
            }

            rounds.Add(round);
        }

        foreach (var goal in Factors.SelectMany((factor, i) => Goals(rounds, i + 1, string.Create(CultureInfo.InvariantCulture, $"SQLite, {places} places, {factor}× the peak: "))))
        {
            yield return goal;
        }

        async Task<Measurement> OfferAsync(double perSecond, int atOnce)
        {
            var cpu = node.Process.CpuMs;
            var offered = await generator.OfferAsync(new Order { PerSecond = perSecond, AtOnce = atOnce, Seconds = options.Seconds + 1 });
            return new Measurement(offered, node.Process.CpuMs - cpu);
        }
    }

    private static IEnumerable<Goal> Goals(List<IReadOnlyList<Measurement>> rounds, int index, string name)
    {
        var (done, sent, refused) = (Median((peak, _) => peak.DonePerSecond), Median((_, over) => over.SentPerSecond), Median((_, over) => over.RefusedPerSecond));
        yield return new Goal(
            string.Create(CultureInfo.InvariantCulture, $"{name}done, to the peak of {done:F0}/s; {sent:F0}/s offered, {refused:F0}/s refused{RefusalCost(rounds, index)}"),
            Median((peak, over) => over.DonePerSecond / peak.DonePerSecond), 0.90);
        yield return new Goal(
            string.Create(CultureInfo.InvariantCulture, $"{name}their p99, to the peak's of {Median((peak, _) => peak.P99Us) / 1000:F0} ms"),
            Median((peak, over) => over.P99Us / peak.P99Us), 2, Most: true);
        var first = rounds.Select(round => round[index].Offered.Failure).FirstOrDefault(failure => failure is not null);
        yield return new Goal(
            $"{name}neither done nor refused with Retry-After{(first is null ? "" : $"; the first: {first}")}", rounds.Sum(round => round[index].Offered.Failed), 0, Most: true);

        double Median(Func<Offered, Offered, double> of) => Series.Middle(rounds.Select(round => of(round[0].Offered, round[index].Offered)));
    }

    /// <summary>What is left of the processor's time when the calls done have had theirs: it says how much can be refused at all.</summary>
    private static string RefusalCost(List<IReadOnlyList<Measurement>> rounds, int index)
    {
        var costs = rounds.Where(round => round[index].Offered.Refused > 100)
            .Select(round => (round[index].CpuMs - (round[index].Offered.Done * round[0].CpuMs / round[0].Offered.Done)) * 1000 / round[index].Offered.Refused)
            .ToList();
        return costs.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" at {Series.Middle(costs):F0} µs of processor time each");
    }

    private sealed record Measurement(Offered Offered, double CpuMs);
}
