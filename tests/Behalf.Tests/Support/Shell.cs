using System.Diagnostics;
using System.Text;

namespace Behalf.Tests.Support;

/// <summary>One bash that keeps its variables from one block to the next, as a reader's terminal does. The first failing
/// command ends it.</summary>
internal sealed class Shell : IDisposable
{
    private const string Done = "-- done --";
    private readonly Process _process;

    public Shell(string folder, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = folder };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _process.StandardInput.WriteLine("exec 2>&1; set -euo pipefail");
    }

    /// <summary>What the block printed, and whether all of it went well.</summary>
    public async Task<(bool Well, string Printed)> RunAsync(string block)
    {
        await _process.StandardInput.WriteLineAsync(block);
        await _process.StandardInput.WriteLineAsync($"echo; echo '{Done}'");
        await _process.StandardInput.FlushAsync();
        var printed = new StringBuilder();
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line == Done)
            {
                return (true, printed.ToString());
            }

            printed.AppendLine(line);
        }

        return (false, printed.ToString());
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}
