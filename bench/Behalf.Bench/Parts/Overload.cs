using System.Globalization;
using Behalf.Bench.Offering;

namespace Behalf.Bench.Parts;

/// <summary>More calls than the server can do, at an even rate that no refusal slows down: how many are still done, how long those
/// take, and what becomes of the others. The peak is that of as many callers as there are places, each waiting for its answer.</summary>
internal static class Overload
{
    /// <summary>How many calls the generator has under way at most; more would wait in the server's sockets.</summary>
    private const int Connections = 2000;

    private static readonly double[] Factors = [1, 2, 10];

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
        var warm = await OfferAsync(0, places, options.WarmUp);

        // Refusing, too, must be compiled before it counts.
        await OfferAsync(2 * warm.Done, Connections, options.WarmUp);
        var rounds = Factors.ToDictionary(factor => factor, _ => new List<Round>());
        for (var i = 0; i < options.Rounds; i++)
        {
            var peak = await OfferAsync(0, places, options.Seconds + 1);
            foreach (var factor in Factors)
            {
                rounds[factor].Add(new Round(peak, await OfferAsync(factor * peak.Done, Connections, options.Seconds + 1)));
            }
        }

        foreach (var factor in Factors)
        {
            foreach (var goal in Goals(rounds[factor], factor, places))
            {
                yield return goal;
            }
        }

        async Task<Outcome> OfferAsync(double perSecond, int atOnce, int seconds)
        {
            var cpu = node.Process.CpuMs;
            var offered = await generator.OfferAsync(new Order { PerSecond = perSecond, AtOnce = atOnce, Seconds = seconds });
            return offered.Done > 0
                ? new Outcome(offered, node.Process.CpuMs - cpu)
                : throw new InvalidOperationException($"No call was done; {offered.Refused} were refused, {offered.Failed} failed.");
        }
    }

    private static IEnumerable<Goal> Goals(List<Round> rounds, double factor, int places)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"SQLite, {places} places, {factor}× the peak");
        var peak = Series.Middle(rounds.Select(r => r.Peak.Done));
        var sent = Series.Middle(rounds.Select(r => r.Over.Offered.SentPerSecond));
        yield return new Goal(
            string.Create(CultureInfo.InvariantCulture, $"{name}, {sent:F0} of {factor * peak:F0}/s offered: calls done to the peak's{Costs(rounds)}"),
            Series.Middle(rounds.Select(r => r.Over.Done / r.Peak.Done)), 0.90);
        var p99 = Series.Middle(rounds.Select(r => r.Peak.Offered.P99Us)) / 1000;
        yield return new Goal(
            string.Create(CultureInfo.InvariantCulture, $"{name}: p99 of those to the peak's ({p99:F0} ms)"),
            Series.Middle(rounds.Select(r => r.Over.Offered.P99Us / r.Peak.Offered.P99Us)), 2, Most: true);
        var failure = rounds.Select(r => r.Over.Offered.Failure).FirstOrDefault(failure => failure is not null);
        yield return new Goal(
            $"{name}: neither done nor refused with Retry-After{(failure is null ? "" : $"; the first: {failure}")}",
            rounds.Sum(r => r.Over.Offered.Failed), 0, Most: true);
    }

    /// <summary>Why no more is done where refusing takes what calls would need.</summary>
    private static string Costs(List<Round> rounds)
    {
        var refusals = rounds.Where(r => r.Over.Offered.Refused >= 100).Select(r => r.RefusalUs).ToList();
        return refusals.Count == 0 ? "" : string.Create(
            CultureInfo.InvariantCulture,
            $" (of the processor's time a refusal takes {Series.Middle(refusals):F0} µs, a call {Series.Middle(rounds.Select(r => r.Peak.CallUs)):F0} µs)");
    }

    private sealed record Round(Outcome Peak, Outcome Over)
    {
        /// <summary>Of the processor's time, what the calls that were done do not account for.</summary>
        public double RefusalUs => ((Over.CpuMs * 1000) - (Over.Offered.Done * Peak.CallUs)) / Over.Offered.Refused;
    }

    private sealed record Outcome(Offered Offered, double CpuMs)
    {
        public double Done => Offered.DonePerSecond;

        public double CallUs => CpuMs * 1000 / Offered.Done;
    }
}
