using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Behalf.Tests.Support;

/// <summary>The server as operators run it: a process of its own, that can be killed.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _said = new();
    private readonly TaskCompletionSource<Uri?> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _output;
    private readonly Task<string> _errors;

    private ServerProcess(Process process)
    {
        _process = process;
        _output = ListenAsync();
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>The server of this build.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "behalf.dll");

    public Uri Url { get; private set; } = null!;

    /// <summary>The same, built with failpoints.</summary>
    public static string WithFailpoints { get; } = Path.Combine(Repository.Server, "bin", "Failpoints", "net10.0", "behalf.dll");

    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Starts it on a port of the system's choice and waits until it says that it is ready.</summary>
    /// <param name="settings">Its environment, on top of the tests'.</param>
    /// <param name="program">Another build than this one.</param>
    public static async Task<ServerProcess> StartAsync(IReadOnlyDictionary<string, string> settings, string? program = null)
    {
        var started = new ServerProcess(Start(["serve", "--urls", "http://127.0.0.1:0"], settings, program));
        if (await started._listening.Task is not { } url)
        {
            throw new InvalidOperationException($"The server did not start: {await started.SaidAsync()}");
        }

        started.Url = url;
        using var http = new HttpClient { BaseAddress = url };
        while (!(await http.GetAsync("/health/ready")).IsSuccessStatusCode)
        {
            await Task.Delay(50);
        }

        return started;
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

    /// <summary>Waits for an end that it comes to by itself; the exit code.</summary>
    public async Task<int> EndAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    /// <summary>A signal by its name.</summary>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Whether SIGSTOP has halted it.</summary>
    public bool IsStopped => File.ReadAllText($"/proc/{_process.Id}/stat").Split(") ")[^1].StartsWith('T');

    /// <summary>Ends it and gives all that it ever printed.</summary>
    public async Task<string> SaidAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        await _output;
        return _said + await _errors;
    }

    /// <summary>SIGTERM, as an operator's supervisor sends it; the exit code.</summary>
    public async Task<int> StopAsync()
    {
        await SignalAsync("TERM");
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

    private static Process Start(string[] arguments, IReadOnlyDictionary<string, string> settings, string? program = null)
    {
        var start = new ProcessStartInfo("dotnet", [program ?? (settings.ContainsKey("BEHALF_FAILPOINT") ? WithFailpoints : Program), .. arguments])
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

    private async Task ListenAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            _said.AppendLine(line);
            if (Address().Match(line) is { Success: true } found)
            {
                _listening.TrySetResult(new Uri(found.Groups[1].Value));
            }
        }

        _listening.TrySetResult(null);
    }

    [GeneratedRegex("Now listening on: (http://[0-9.:]+)")]
    private static partial Regex Address();
}
