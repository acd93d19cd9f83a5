using System.Diagnostics;
using System.Net;

namespace Behalf.Tests.Sandbox;

/// <summary>The provider in a process of its own.</summary>
public sealed class ProgramTests
{
    [Fact]
    public async Task It_says_where_it_listens_and_serves_there()
    {
        using var process = Start("--urls", "http://127.0.0.1:0", "--controls");
        try
        {
            var line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            Assert.StartsWith("sandbox: listening on http://127.0.0.1:", line, StringComparison.Ordinal);
            using var http = new HttpClient { BaseAddress = new Uri(line!["sandbox: listening on ".Length..]) };
            using var response = await http.GetAsync("/ctl/ledger");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
        finally
        {
            process.Kill();
        }
    }

    [Fact]
    public async Task It_refuses_an_argument_that_it_does_not_know()
    {
        using var process = Start("--chaos");
        var said = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, process.ExitCode);
        Assert.Contains("--chaos is not an option.", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_says_in_one_line_that_an_address_is_taken()
    {
        await using var provider = await TestProvider.StartAsync();
        using var process = Start("--urls", provider.Host.BaseUrl);
        var said = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, process.ExitCode);
        Assert.StartsWith($"sandbox: cannot listen on {provider.Host.BaseUrl}", said, StringComparison.Ordinal);
    }

    private static Process Start(params string[] args) => Process.Start(new ProcessStartInfo(
        "dotnet", [Path.Combine(AppContext.BaseDirectory, "behalf-sandbox.dll"), .. args])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
