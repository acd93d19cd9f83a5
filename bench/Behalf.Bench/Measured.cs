using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Behalf.Bench;

/// <summary>A process under measurement, bound to one core, with its processor time and memory.</summary>
internal sealed class Measured : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;

    private Measured(Process process, Uri url) => (_process, Url) = (process, url);

    public Uri Url { get; }

    public int Id => _process.Id;

    public double CpuMs
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalMilliseconds;
        }
    }

    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Starts it and waits until it answers; how long that took.</summary>
    public static async Task<(Measured Process, TimeSpan ToFirstAnswer)> StartAsync(
        Uri url, string core, string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? settings = null,
        Func<HttpClient, Task<bool>>? answers = null)
    {
        var start = new ProcessStartInfo("taskset", ["-c", core, program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var watch = Stopwatch.StartNew();
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} could not be started.");
        _ = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var http = Http.Client(url);
        while (!process.HasExited && watch.Elapsed < Patience)
        {
            try
            {
                if (answers is null ? await AnswersAsync(http, "/") : await answers(http))
                {
                    return (new Measured(process, url), watch.Elapsed);
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(2);
        }

        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} did not answer: {await errors}");
    }

    public static async Task<bool> AnswersAsync(HttpClient http, string path)
    {
        using var answer = await http.GetAsync(path);
        return true;
    }

    public static Uri FreeUrl()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"));
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            using var kill = Process.Start("kill", ["-TERM", Id.ToString(CultureInfo.InvariantCulture)]);
            if (!_process.WaitForExit(TimeSpan.FromSeconds(10)))
            {
                _process.Kill();
            }
        }

        _process.Dispose();
    }
}

internal static class Http
{
#pragma warning disable RS0030 // The rule is for the server.
    public static HttpClient Client(Uri url) => new() { BaseAddress = url };
#pragma warning restore RS0030
}
