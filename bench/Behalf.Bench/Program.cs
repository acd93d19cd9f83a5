using Behalf.Bench;

return args switch
{
    ["upstream", var url, var delayMs] => await Upstream.RunAsync(url, int.Parse(delayMs, null)),
    ["forward", var url, var upstream] => await Forwarder.RunAsync(url, new Uri(upstream)),
    ["offer", var url, var key, var accounts, var callers, var seconds] =>
        await Offer.RunAsync(url, key, int.Parse(accounts, null), int.Parse(callers, null), int.Parse(seconds, null)),
    ["sink", var url] => await Sink.RunAsync(url),
    ["run", .. var options] => await Benchmark.RunAsync(BenchOptions.Parse(options)),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("behalf-bench: run [--rounds N] [--seconds N] [--accounts N] | upstream URL DELAY_MS | forward URL UPSTREAM | sink URL | offer URL KEY ACCOUNTS CALLERS SECONDS");
    return 2;
}
