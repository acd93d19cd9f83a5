using Behalf.Bench;
using Behalf.Bench.Offering;

try
{
    return args switch
    {
        ["upstream", var url, var delayMs] => await Upstream.RunAsync(url, int.Parse(delayMs, null)),
        ["forward", var url, var upstream] => await Forwarder.RunAsync(url, new Uri(upstream)),
        ["offer", var key, var users, .. var urls] => await Offer.RunAsync(key, int.Parse(users, null), [.. urls.Select(url => new Uri(url))]),
        ["sink", var url] => await Sink.RunAsync(url),
        ["run", .. var options] when options.Contains("--help") => Benchmark.Help(),
        ["run", .. var options] => await Benchmark.RunAsync(BenchOptions.Parse(options)),
        _ => throw new UsageException(
            "behalf-bench: run --help | upstream URL DELAY_MS | forward URL UPSTREAM | sink URL | offer KEY USERS URL…"),
    };
}
catch (UsageException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
