using System.Text.Json.Nodes;
using Behalf.Tests.Support;

namespace Behalf.Tests.Catalog;

/// <summary>A copy of the shipped catalogue that a test may spoil.</summary>
internal sealed class TemporaryCatalog : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("catalog");

    public TemporaryCatalog()
    {
        foreach (var file in Directory.EnumerateFiles(Repository.Toolkits, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(Folder, Path.GetRelativePath(Repository.Toolkits, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    public string Folder => _folder.FullName;

    /// <summary>Changes the value that the pointer names; the last step may be new.</summary>
    public void Change(string file, string pointer, string json)
    {
        var path = Path.Combine(Folder, file);
        var root = JsonNode.Parse(File.ReadAllText(path))!;
        var steps = pointer.Split('/')[1..];
        var holder = steps[..^1].Aggregate(root, (node, step) => node is JsonArray items ? items[int.Parse(step)]! : node[step]!);
        if (json is "")
        {
            holder.AsObject().Remove(steps[^1]);
        }
        else if (holder is JsonArray items)
        {
            items[int.Parse(steps[^1])] = JsonNode.Parse(json);
        }
        else
        {
            holder[steps[^1]] = JsonNode.Parse(json);
        }

        File.WriteAllText(path, root.ToJsonString());
    }

    public void Write(string file, string text)
    {
        var path = Path.Combine(Folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
