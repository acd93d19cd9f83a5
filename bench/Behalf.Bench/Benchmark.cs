using System.Globalization;
using Behalf.Tests.Support;

namespace Behalf.Bench;

/// <summary>Starts everything on loopback, one server at a time on a core of its own, measures one part after the other, and
/// writes what was measured even if a part failed.</summary>
internal static class Benchmark
{
    public static async Task<int> RunAsync(BenchOptions options)
    {
        var parts = Part.Chosen(options).ToList();
        PostgresCluster.Durable = true;
        var folder = Directory.CreateTempSubdirectory("behalf-bench-").FullName;
        try
        {
            await Console.Error.WriteLineAsync($"about {Minutes(parts.Sum(part => part.Seconds(options)) + Part.SecondsToStart)}");
            await using var field = await Field.StartAsync(folder, options);
            var findings = new List<Finding>();
            foreach (var part in parts)
            {
                await Console.Error.WriteLineAsync($"{part.Name}, about {Minutes(part.Seconds(options))}: {part.Measures}");
                findings.Add(await Finding.OfAsync(part, field));
            }

            await WriteAsync(Report.Write(findings, field), options);
            return findings.Exists(finding => finding.Failure is not null) ? 1 : 0;
        }
        finally
        {
            await PostgresCluster.StopSharedAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    public static int Help()
    {
        var options = new BenchOptions();
        Console.WriteLine($"""
            bench/run [--only PART,PART…] [--out FILE] [--rounds N] [--seconds N] [--warm-up N] [--accounts N] [--many N] [--steady-seconds N]

            Measures all parts and writes bench/RESULTS.md; with --only, some of them, and writes to FILE alone, if one is given.
              --rounds N          windows of each variant, in turns with the others' ({options.Rounds})
              --seconds N         length of a window ({options.Seconds})
              --warm-up N         seconds of load before the first window ({options.WarmUp})
              --accounts N        connected accounts ({options.Accounts})
              --many N            accounts where they are very many ({options.Many})
              --steady-seconds N  length of the steady load ({options.SteadySeconds})

            Parts, and what each takes with these numbers, beside {Minutes(Part.SecondsToStart)} for the start:
            """);
        foreach (var part in Part.All)
        {
            Console.WriteLine($"  {part.Name,-19} {Minutes(part.Seconds(options)),8}  {part.Measures}");
        }

        Console.WriteLine($"Together {Minutes(Part.All.Sum(part => part.Seconds(options)) + Part.SecondsToStart)}.");
        return 0;
    }

    private static async Task WriteAsync(string report, BenchOptions options)
    {
        Console.WriteLine(report);
        if ((options.Out ?? (options.Only.Count == 0 ? Path.Combine(Repository.Root, "bench", "RESULTS.md") : null)) is { } file)
        {
            await File.WriteAllTextAsync(file, report);
        }
    }

    private static string Minutes(int seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60}:{seconds % 60:00} min");
}
