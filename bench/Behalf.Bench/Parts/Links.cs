using Behalf.Bench.Offering;

namespace Behalf.Bench.Parts;

/// <summary>Accounts connected the whole way: a link, its page, its button, the callback with its code, the exchange, the probe.
/// Four requests of a browser and two of the server, beside one of each of the forwarder.</summary>
internal static class Links
{
    private const int AtOnce = 64;

    public static async IAsyncEnumerable<Goal> MeasureAsync(Field field)
    {
        var options = field.Options;
        var node = await field.StartNodeAsync("links", "", field.Upstream);
        var config = await node.CreateConfigAsync("OAUTH2", new { client_id = "bench", client_secret = "bench-secret" });
        using var generator = field.StartGenerator(node, node.Process.Url);
        var forwarder = field.Fast(Field.Forward);
        var ratio = await InTurns.RatioAsync(options, ConnectAsync, () => Field.LoadAsync(forwarder, AtOnce, options.Seconds));
        yield return new Goal("SQLite: links followed to a connected account, to the forwarder's calls", ratio(w => w.RequestsPerSecond), 0.12, 0.20);

        async Task<Window> ConnectAsync()
        {
            var offered = await generator.OfferAsync(new Order { AtOnce = AtOnce, Seconds = options.Seconds, Config = config });
            return offered.Failed == 0
                ? offered.ToWindow()
                : throw new InvalidOperationException($"{offered.Failed} links failed, the first: {offered.Failure}.");
        }
    }
}
