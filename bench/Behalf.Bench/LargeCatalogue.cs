using System.Text.Json;
using System.Text.Json.Nodes;

namespace Behalf.Bench;

/// <summary>The catalogue with one toolkit more, of very many tools.</summary>
internal static class LargeCatalogue
{
    public const int Tools = 10_000;

    public static string Write(string folder, string root)
    {
        var from = Path.Combine(root, "toolkits");
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(folder, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }

        var large = Directory.CreateDirectory(Path.Combine(folder, "large")).FullName;
        var toolkit = JsonNode.Parse(File.ReadAllText(Path.Combine(from, "sandbox", "toolkit.json")))!.AsObject();
        (toolkit["slug"], toolkit["name"]) = ("large", "Large");
        File.WriteAllText(Path.Combine(large, "toolkit.json"), toolkit.ToJsonString());
        File.Copy(Path.Combine(from, "sandbox", "logo.svg"), Path.Combine(large, "logo.svg"));
        var tools = JsonNode.Parse(File.ReadAllText(Path.Combine(from, "sandbox", "tools.json")))!.AsObject();
        var one = tools["tools"]!.AsArray().Single(tool => (string)tool!["slug"]! == Node.Tool)!;
        tools["tools"] = new JsonArray([.. Enumerable.Range(0, Tools).Select(i => Numbered(one, i))]);
        File.WriteAllText(Path.Combine(large, "tools.json"), tools.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        return folder;
    }

    private static JsonNode Numbered(JsonNode tool, int number)
    {
        var copy = tool.DeepClone();
        copy["slug"] = $"LARGE_GET_{number}";
        return copy;
    }
}
