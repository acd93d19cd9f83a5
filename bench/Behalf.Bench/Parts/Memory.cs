namespace Behalf.Bench.Parts;

/// <summary>What a server takes before its first account, and the most that it takes under load.</summary>
internal static class Memory
{
    public static async IAsyncEnumerable<Goal> MeasureAsync(Field field)
    {
        foreach (var name in new[] { Field.Sqlite, Field.Postgres })
        {
            var node = field.Nodes[name];
            yield return new Goal($"{name}: resident MB, idle", node.IdleBytes / 1e6, 110, 90, Most: true);
            var load = Field.LoadAsync(node, field.Fast(name).Script, 64, field.Options.WarmUp);
            yield return new Goal($"{name}: resident MB, under load", (await WhileAsync(load, node.Process)).Max() / 1e6, 200, 150, Most: true);
        }
    }

    /// <summary>The resident bytes of a process, a few times a second until the load has ended.</summary>
    public static async Task<IReadOnlyList<long>> WhileAsync(Task load, Measured process)
    {
        var seen = new List<long>();
        do
        {
            seen.Add(process.ResidentBytes);
            await Task.WhenAny(load, Task.Delay(250));
        }
        while (!load.IsCompleted);

        await load;
        return seen;
    }
}
