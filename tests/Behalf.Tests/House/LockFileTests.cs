using System.Diagnostics;
using System.Text.RegularExpressions;
using Behalf.Tests.Support;

namespace Behalf.Tests.House;

/// <summary>A package that is not byte for byte the one that was reviewed does not get into a build.</summary>
public sealed partial class LockFileTests : IDisposable
{
    private readonly string copy = Directory.CreateTempSubdirectory("behalf-lock-").FullName;

    [Fact]
    public async Task A_changed_hash_in_a_lock_file_stops_the_restore()
    {
        var project = CopyOfSmallestProject();
        Assert.Equal(0, (await RestoreAsync(project)).ExitCode);

        var lockFile = Path.Combine(project, "packages.lock.json");
        var edited = ContentHash().Replace(await File.ReadAllTextAsync(lockFile), OtherHash, 1);
        await File.WriteAllTextAsync(lockFile, edited);
        Directory.Delete(Path.Combine(project, "obj"), recursive: true);

        var (exitCode, output) = await RestoreAsync(project);
        Assert.NotEqual(0, exitCode);
        // NU1403: the package's hash is not the one in the lock file.
        Assert.Contains("NU1403", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_project_has_a_lock_file()
    {
        var projects = Directory.EnumerateFiles(Repository.Root, "*.csproj", SearchOption.AllDirectories)
            .Where(file => !file.Contains("node_modules", StringComparison.Ordinal));
        Assert.Empty(projects.Where(file => !File.Exists(Path.Combine(file, "..", "packages.lock.json"))));
    }

    [Fact]
    public void No_npm_lock_file_says_where_a_package_was_fetched_from()
    {
        // npm then asks the registry that it is set up with, and still checks each package against the locked hash.
        string[] folders = [Path.Combine("tests", "peers"), "samples"];
        var locks = folders.SelectMany(folder => Directory.EnumerateFiles(
                Path.Combine(Repository.Root, folder), "package-lock.json", SearchOption.AllDirectories))
            .Where(file => !file.Contains("node_modules", StringComparison.Ordinal))
            .ToList();
        Assert.NotEmpty(locks);
        Assert.Empty(locks.Where(file => File.ReadAllText(file).Contains("\"resolved\"", StringComparison.Ordinal)));
    }

    public void Dispose() => Directory.Delete(copy, recursive: true);

    /// <summary>Outside the repository, so that nothing of the real build is touched.</summary>
    private string CopyOfSmallestProject()
    {
        string[] common = ["Directory.Build.props", "Directory.Packages.props", "global.json", "BannedSymbols.txt"];
        foreach (var shared in common)
        {
            File.Copy(Path.Combine(Repository.Root, shared), Path.Combine(copy, shared));
        }

        var from = Path.Combine(Repository.Root, "src", "Behalf.Sandbox");
        var to = Directory.CreateDirectory(Path.Combine(copy, "Behalf.Sandbox")).FullName;
        foreach (var file in new[] { "Behalf.Sandbox.csproj", "packages.lock.json" })
        {
            File.Copy(Path.Combine(from, file), Path.Combine(to, file));
        }

        return to;
    }

    private static async Task<(int ExitCode, string Output)> RestoreAsync(string project)
    {
        var start = new ProcessStartInfo("dotnet", ["restore", "--locked-mode", "--verbosity", "quiet"])
        {
            WorkingDirectory = project,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    private static string OtherHash(Match match) => $"\"contentHash\": \"{Convert.ToBase64String(new byte[64])}\"";

    [GeneratedRegex("\"contentHash\": \"[^\"]+\"")]
    private static partial Regex ContentHash();
}
