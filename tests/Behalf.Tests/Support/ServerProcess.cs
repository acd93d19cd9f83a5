using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Behalf.Tests.Support;

/// <summary>The server as operators run it: a process of its own, that can be killed.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _errors;

    private ServerProcess(Process process, Uri url)
    {
        (_process, Url) = (process, url);
        _output = process.StandardOutput.ReadToEndAsync();
        _errors = process.StandardError.ReadToEndAsync();
    }

    public Uri Url { get; }

    /// <summary>Starts it and waits until it says that it is ready.</summary>
    public static async Task<ServerProcess> StartAsync(IReadOnlyDictionary<string, string> settings)
    {
        var url = new Uri($"http://127.0.0.1:{FreePort()}");
        var started = new ServerProcess(Start(["serve", "--urls", url.ToString()], settings), url);
        using var http = new HttpClient { BaseAddress = url };
        while (!started._process.HasExited)
        {
            try
            {
                if ((await http.GetAsync("/health/ready")).IsSuccessStatusCode)
                {
                    return started;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(50);
        }

        throw new InvalidOperationException($"The server did not start: {await started._errors}");
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int Exit, string Output, string Errors)> RunAsync(string[] arguments, IReadOnlyDictionary<string, string> settings)
    {
        using var process = Start(arguments, settings);
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }

    /// <summary>Runs a command and ends it with SIGKILL at a moment that comes before its own end.</summary>
    public static async Task KillAtAsync(string[] arguments, IReadOnlyDictionary<string, string> settings, Func<Task<bool>> moment)
    {
        using var process = Start(arguments, settings);
        var errors = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEndAsync();
        while (!await moment())
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"It ended with {process.ExitCode} before the moment came: {await errors}");
            }

            await Task.Delay(20);
        }

        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGKILL: nothing of it runs any more, no finally and no handler.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Ends it and gives all that it ever printed.</summary>
    public async Task<string> SaidAsync()
    {
        await KillAsync();
        return await _output + await _errors;
    }

    /// <summary>SIGTERM, as an operator's supervisor sends it; the exit code.</summary>
    public async Task<int> StopAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private static Process Start(string[] arguments, IReadOnlyDictionary<string, string> settings)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "behalf.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException("The server could not be started.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
