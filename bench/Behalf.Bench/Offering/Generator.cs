using System.Diagnostics;
using System.Globalization;

namespace Behalf.Bench.Offering;

/// <summary>Load that knows what wrk does not: an even rate whatever the answers, refusals apart from failures, the upstream's
/// part of the time, connecting in several steps. A process of its own, on the core that is not the servers'.</summary>
internal sealed class Generator : IDisposable
{
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private Generator(Process process) => _process = process;

    public static Generator Start(string core, string key, int users, params IEnumerable<Uri> urls)
    {
        var self = Path.Combine(AppContext.BaseDirectory, "behalf-bench.dll");
        var number = users.ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo("taskset", ["-c", core, "dotnet", self, "offer", key, number, .. urls.Select(url => url.ToString())])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };

        // Answers are taken where they are noticed, without a hop to another thread: half the cost of a call.
        start.Environment["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1";
        return new Generator(Process.Start(start) ?? throw new InvalidOperationException("The generator could not be started."));
    }

    public async Task<Offered> OfferAsync(Order order)
    {
        await _process.StandardInput.WriteLineAsync(Line.Of(order));
        await _process.StandardInput.FlushAsync();
        var line = await _process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(order.Seconds) + Slack);
        return line is null ? throw new InvalidOperationException("The generator ended.") : Line.To<Offered>(line);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
