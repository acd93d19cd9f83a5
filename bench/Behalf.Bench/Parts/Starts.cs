using Behalf.Tests.Support;

namespace Behalf.Bench.Parts;

/// <summary>From the start of the process to the first call that brought the upstream's answer.</summary>
internal static class Starts
{
    private const int Times = 5;

    public static async IAsyncEnumerable<Goal> MeasureAsync(Field field)
    {
        var node = field.Nodes[Field.Sqlite];
        var forwarder = field.Starts.Where(s => s.Name == Field.Forward).Min(s => s.After).TotalMilliseconds;
        var plain = await FastestAsync(node, null);
        yield return new Goal("SQLite: start to the first call, to the forwarder's first answer", plain / forwarder, 2.5, 1.5, Most: true);

        var toolkits = LargeCatalogue.Write(Path.Combine(node.Folder, "toolkits"), Repository.Root);
        var large = await FastestAsync(node, new Dictionary<string, string> { ["BEHALF_TOOLKITS"] = toolkits });
        yield return new Goal($"SQLite: {LargeCatalogue.Tools:N0} tools more, seconds more", (large - plain) / 1000, 0.5, 0.2, Most: true);
    }

    private static async Task<double> FastestAsync(Node node, IReadOnlyDictionary<string, string>? more)
    {
        var fastest = double.MaxValue;
        for (var i = 0; i < Times; i++)
        {
            fastest = Math.Min(fastest, (await node.RestartAsync(more)).TotalMilliseconds);
        }

        return fastest;
    }
}
