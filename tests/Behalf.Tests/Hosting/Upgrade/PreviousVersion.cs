using System.Diagnostics;
using Behalf.Storage;
using Behalf.Tests.Support;

namespace Behalf.Tests.Hosting.Upgrade;

/// <summary>The server of the version before this one: the commit that <c>tests/previous-version</c> names, built from a
/// worktree of its own.</summary>
internal static class PreviousVersion
{
    private const string Migrations = "src/Behalf.Server/Storage/Migrations/";

    public static string Commit { get; } = File.ReadLines(Path.Combine(Repository.Root, "tests", "previous-version"))
        .Single(line => !line.StartsWith('#'));

    private static readonly Lazy<Task<string>> Built = new(() => BuildAsync(Repository.Root, Commit));

    /// <summary>Its program: built at the first use, then kept until the file names another commit.</summary>
    public static Task<string> ProgramAsync() => Built.Value;

    /// <summary>The schema that it knows.</summary>
    public static async Task<IReadOnlyList<Migration>> MigrationsAsync()
    {
        await RequireAsync(Repository.Root, Commit);
        var known = new List<Migration>();
        foreach (var file in (await GitAsync(Repository.Root, "ls-tree", "--name-only", Commit, Migrations)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            var text = await GitAsync(Repository.Root, "show", $"{Commit}:{file}");
            known.Add(new Migration(int.Parse(name[..4], System.Globalization.CultureInfo.InvariantCulture), name, text));
        }

        return known;
    }

    public static async Task<string> BuildAsync(string repository, string commit)
    {
        var kept = Path.Combine(repository, "artifacts", "previous-version", commit);
        if (!Directory.Exists(kept))
        {
            await RequireAsync(repository, commit);
            var source = Path.Combine(Directory.CreateTempSubdirectory("behalf-previous-").FullName, "source");
            await GitAsync(repository, "worktree", "add", "--detach", source, commit);
            try
            {
                // Under its name only when it is whole: a run that is cut short leaves nothing that the next one would start.
                var growing = $"{kept}.{Environment.ProcessId}";
                await RunAsync(
                    "dotnet", source, "build", "src/Behalf.Server", "--configuration", "Release", "--output", growing, "--verbosity", "quiet",
                    "-nodeReuse:false", "-p:UseSharedCompilation=false", "-p:RestoreLockedMode=true");
                Directory.Move(growing, kept);
            }
            finally
            {
                await GitAsync(repository, "worktree", "remove", "--force", source);
                Directory.Delete(Path.GetDirectoryName(source)!, recursive: true);
            }
        }

        return Path.Combine(kept, "behalf.dll");
    }

    private static async Task RequireAsync(string repository, string commit)
    {
        var (exit, _, _) = await TryAsync("git", repository, "cat-file", "-e", commit + "^{commit}");
        Assert.True(
            exit == 0,
            $"The previous version, {commit} in tests/previous-version, is not in this clone. A shallow clone lacks it: run `git fetch --unshallow`.");
    }

    private static Task<string> GitAsync(string repository, params string[] arguments) => RunAsync("git", repository, arguments);

    private static async Task<string> RunAsync(string program, string folder, params string[] arguments)
    {
        var (exit, output, errors) = await TryAsync(program, folder, arguments);
        return exit == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed: {errors}{output}");
    }

    private static async Task<(int Exit, string Output, string Errors)> TryAsync(string program, string folder, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }
}
