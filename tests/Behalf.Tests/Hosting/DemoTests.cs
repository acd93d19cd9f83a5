using System.Diagnostics;
using System.Text.RegularExpressions;
using Behalf.Tests.Support;

namespace Behalf.Tests.Hosting;

/// <summary>What the README promises first.</summary>
public sealed partial class DemoTests
{
    [Fact]
    public async Task The_demo_does_the_main_job_from_nothing_and_every_check_of_it_holds()
    {
        var program = Path.Combine(Repository.Root, "src", "Behalf.Demo", "bin", "Release", "net10.0", "behalf-demo.dll");
        using var demo = Process.Start(new ProcessStartInfo("dotnet", [program]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = demo.StandardError.ReadToEndAsync();
        var lines = (await demo.StandardOutput.ReadToEndAsync()).TrimEnd().Split('\n');
        await demo.WaitForExitAsync();
        Assert.True(demo.ExitCode == 0, string.Join('\n', lines) + await errors);
        var last = LastLine().Match(lines[^1]);
        Assert.True(last.Success, lines[^1]);
        Assert.True(int.Parse(last.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) >= 15);
    }

    [GeneratedRegex("^demo: ([0-9]+) checks passed, 0 failed$")]
    private static partial Regex LastLine();
}
