using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Behalf.Demo;

/// <summary>A program of this repository in a process of its own.</summary>
internal sealed class Child : IAsyncDisposable
{
    private readonly Process _process;

    private Child(Process process, string url) => (_process, Url) = (process, url);

    public string Url { get; }

    public static async Task<Child> StartAsync(
        string project, string program, string[] arguments, IReadOnlyDictionary<string, string> environment, string readyPath, CancellationToken ct)
    {
        var url = $"http://127.0.0.1:{FreePort()}";
        var process = Start(project, program, [.. arguments, "--urls", url], environment);
        _ = process.StandardOutput.ReadToEndAsync(ct);
        var errors = process.StandardError.ReadToEndAsync(ct);
        var child = new Child(process, url);
        for (var tries = 0; ; tries++)
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"{program} did not start: {await errors}");
            }

            try
            {
                if ((await Web.Shared.GetAsync(url + readyPath, ct)).IsSuccessStatusCode)
                {
                    return child;
                }
            }
            catch (HttpRequestException) when (tries < 600)
            {
                // Not listening yet.
            }

            await Task.Delay(50, ct);
        }
    }

    /// <summary>Runs a command to its end and gives what it printed.</summary>
    public static async Task<(int Exit, string Output)> RunAsync(
        string project, string program, string[] arguments, IReadOnlyDictionary<string, string> environment, CancellationToken ct)
    {
        using var process = Start(project, program, arguments, environment);
        var errors = process.StandardError.ReadToEndAsync(ct);
        var output = await process.StandardOutput.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        return (process.ExitCode, output + await errors);
    }

    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
        return ValueTask.CompletedTask;
    }

    private static Process Start(string project, string program, string[] arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet", [Binary(project, program), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{program} could not be started.");
    }

    private static string Binary(string project, string program)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, project, "bin", "Release", "net10.0", program + ".dll");
            if (File.Exists(file))
            {
                return file;
            }
        }

        throw new FileNotFoundException($"{program} is not built: start the demo with ./behalf demo.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
