using System.Diagnostics;

namespace Behalf.Bench;

/// <summary>What one durable write costs on this disk, whoever makes it.</summary>
internal static class Disk
{
    private static readonly Lazy<double> Measured = new(Measure);

    /// <summary>The median of appending a page and waiting until it is on the disk.</summary>
    public static double SyncUs => Measured.Value;

    private static double Measure()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.DeleteOnClose);
        var page = new byte[4096];
        return Series.Middle(Enumerable.Range(0, 200).Select(_ =>
        {
            var began = Stopwatch.GetTimestamp();
            file.Write(page);
            file.Flush(flushToDisk: true);
            return Stopwatch.GetElapsedTime(began).TotalMicroseconds;
        }));
    }
}
