using System.Diagnostics;
using System.Security.Cryptography;
using Behalf.Tests.Support;

namespace Behalf.Tests.House;

/// <summary>What is released can be built again by anybody, and compared byte by byte.</summary>
public sealed class ReproducibleBuildTests : IDisposable
{
    private static readonly string[] Shared =
        ["Directory.Build.props", "Directory.Packages.props", "global.json", "BannedSymbols.txt", ".editorconfig"];

    private readonly string _folder = Directory.CreateTempSubdirectory("behalf-twice-").FullName;

    // Without symbols: their id is of the paths and the order of the generators' work, and stands in the assembly.
    [Fact]
    public async Task Two_clean_builds_in_two_places_give_the_same_assembly()
    {
        var first = await BuildAsync("here");
        Assert.Equal(first, await BuildAsync(Path.Combine("and", "there")));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<string> BuildAsync(string place)
    {
        var root = Directory.CreateDirectory(Path.Combine(_folder, place)).FullName;
        foreach (var name in Shared)
        {
            File.Copy(Path.Combine(Repository.Root, name), Path.Combine(root, name));
        }

        Copy(Repository.Toolkits, Path.Combine(root, "toolkits"));
        var server = Path.Combine(root, "src", "Behalf.Server");
        Copy(Repository.Server, server);
        using var build = Process.Start(new ProcessStartInfo(
            "dotnet", ["build", "--configuration", "Release", "--verbosity", "quiet", "-p:DebugType=none", "-p:RestoreLockedMode=true", "-nodeReuse:false"])
        {
            WorkingDirectory = server,
            RedirectStandardOutput = true,
        })!;
        var output = await build.StandardOutput.ReadToEndAsync();
        await build.WaitForExitAsync();
        Assert.True(build.ExitCode == 0, output);
        var assembly = await File.ReadAllBytesAsync(Path.Combine(server, "bin", "Release", "net10.0", "behalf.dll"));
        return Convert.ToHexStringLower(SHA256.HashData(assembly));
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var path = Path.GetRelativePath(from, file);
            if (path.Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj"))
            {
                var target = Path.Combine(to, path);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
        }
    }
}
