using System.Runtime.CompilerServices;

namespace Behalf.Tests.Support;

/// <summary>Where the sources are, for tests that read them.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Server => Path.Combine(Root, "src", "Behalf.Server");

    public static string Toolkits => Path.Combine(Root, "toolkits");

    private static string FindRoot([CallerFilePath] string thisFile = "")
    {
        // PathMap hides the real path in deterministic builds, so walk up from the binaries instead.
        foreach (var start in new[] { AppContext.BaseDirectory, Path.GetDirectoryName(thisFile)! })
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Behalf.slnx")))
                {
                    return folder.FullName;
                }
            }
        }

        throw new InvalidOperationException("The tests must run from inside the repository.");
    }
}
