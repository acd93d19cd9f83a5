using Behalf.Bench;

return args switch
{
    ["upstream", var url, var delayMs] => await Upstream.RunAsync(url, int.Parse(delayMs, null)),
    ["forward", var url, var upstream] => await Forwarder.RunAsync(url, new Uri(upstream)),
    ["run", .. var options] => await Benchmark.RunAsync(BenchOptions.Parse(options)),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("behalf-bench: run [--rounds N] [--seconds N] [--accounts N] | upstream URL DELAY_MS | forward URL UPSTREAM");
    return 2;
}
