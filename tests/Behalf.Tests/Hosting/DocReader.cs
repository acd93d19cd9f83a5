using System.Text.Json;
using System.Text.RegularExpressions;
using Behalf.Tests.Support;
using Behalf.Tests.Support.Peers;

namespace Behalf.Tests.Hosting;

/// <summary>Somebody who follows a page: types its commands, registers a redirect URI that is printed in their GitHub app, and
/// opens a link that is printed. GitHub is emulated, and stands in its place by a toolkit override.</summary>
internal sealed partial class DocReader : IAsyncDisposable
{
    public const string Person = "alice";

    /// <summary>What the pages say; in the tests it is a free port.</summary>
    private const string WrittenAddress = "localhost:8460";

    private readonly string _folder;
    private readonly ServerProcess _server;
    private readonly Shell _shell;
    private readonly int _gitHubPort;
    private readonly CancellationToken _ct;
    private EmulatePeer? _gitHub;

    private DocReader(string folder, ServerProcess server, Shell shell, int gitHubPort, CancellationToken ct) =>
        (_folder, _server, _shell, _gitHubPort, _ct) = (folder, server, shell, gitHubPort, ct);

    public static async Task<DocReader> StartAsync(CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("behalf-docs-").FullName;
        var port = Ports.Free();
        var gitHub = $"http://127.0.0.1:{port}";
        var overrides = Path.Combine(folder, "overrides.json");
        await File.WriteAllTextAsync(overrides, JsonSerializer.Serialize(new
        {
            github = new
            {
                base_url = gitHub,
                authorize_url = gitHub + "/login/oauth/authorize",
                token_url = gitHub + "/login/oauth/access_token",
            },
        }), ct);
        await WriteCommandAsync(folder);
        var environment = new Dictionary<string, string>
        {
            ["BEHALF_DATA"] = Path.Combine(folder, "data"),
            ["BEHALF_EGRESS_ALLOW"] = "127.0.0.0/8",
            ["BEHALF_TOOLKIT_OVERRIDES"] = overrides,
            ["CLIENT_ID"] = "github-client",
            ["CLIENT_SECRET"] = "github-secret",
        };
        return new DocReader(folder, await ServerProcess.StartAsync(environment), new Shell(folder, environment), port, ct);
    }

    public async Task<(bool Well, string Printed)> RunAsync(string block)
    {
        var (well, printed) = await _shell.RunAsync(block.Replace(WrittenAddress, _server.Url.Authority, StringComparison.Ordinal));
        if (RedirectUri().Match(printed) is { Success: true } uri)
        {
            _gitHub ??= await EmulatePeer.StartAsync(
                [new Uri(uri.Groups[1].Value)], _ct, new Dictionary<string, int> { ["github"] = _gitHubPort });
        }

        if (RedirectUrl().Match(printed) is { Success: true } link)
        {
            using var browser = new TestBrowser();
            await browser.OpenAsync(await EmulatePeer.ConsentAsync(await browser.ContinueAsync(link.Groups[1].Value), Person, _ct));
        }

        return (well, printed);
    }

    public async ValueTask DisposeAsync()
    {
        _shell.Dispose();
        await _server.DisposeAsync();
        if (_gitHub is not null)
        {
            await _gitHub.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The program that was built for the tests, under the name that the pages use: the repository's own
    /// <c>./behalf</c> would build it once more.</summary>
    private static async Task WriteCommandAsync(string folder)
    {
        var command = Path.Combine(folder, "behalf");
        await File.WriteAllTextAsync(command, $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "behalf.dll")}' \"$@\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(command, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    [GeneratedRegex("\"redirect_uri\":\"([^\"]+)\"")]
    private static partial Regex RedirectUri();

    [GeneratedRegex("\"redirect_url\":\"([^\"]+)\"")]
    private static partial Regex RedirectUrl();
}
