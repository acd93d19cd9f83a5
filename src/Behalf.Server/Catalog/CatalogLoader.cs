using System.Text.Json;

namespace Behalf.Catalog;

/// <summary>Reads a folder of toolkits: <c>slug/toolkit.json</c> and <c>slug/tools.json</c>.</summary>
internal static class CatalogLoader
{
    public const string ToolkitFile = "toolkit.json";
    public const string ToolsFile = "tools.json";

    /// <exception cref="CatalogException">A file is missing or not what it should be.</exception>
    public static ToolCatalog Load(string folder, ToolkitOverrides overrides)
    {
        var toolkits = new List<Toolkit>();
        var tools = new List<ToolEntry>();
        foreach (var path in ToolkitFolders(folder))
        {
            var toolkit = overrides.Apply(ReadToolkit(path));
            var file = Path.Combine(path, ToolsFile);
            toolkits.Add(toolkit);
            tools.AddRange(ToolIndex.Skim(toolkit, file, ReadFile(file)));
        }

        overrides.RefuseUnknown(toolkits);
        return new ToolCatalog(toolkits, tools);
    }

    /// <summary>The toolkits' folders in a stable order; <c>schema</c> and the like hold no toolkit.</summary>
    public static IEnumerable<string> ToolkitFolders(string folder) =>
        Directory.Exists(folder)
            ? Directory.EnumerateDirectories(folder)
                .Where(path => File.Exists(Path.Combine(path, ToolkitFile)))
                .Order(StringComparer.Ordinal)
            : throw new CatalogException($"BEHALF_TOOLKITS: there is no catalogue at {folder}.");

    public static Toolkit ReadToolkit(string folder)
    {
        var file = Path.Combine(folder, ToolkitFile);
        try
        {
            var toolkit = JsonSerializer.Deserialize<Toolkit>(ReadFile(file), CatalogJson.Options)!;
            return toolkit with { Folder = folder };
        }
        catch (JsonException e)
        {
            throw new CatalogException($"{file} is not a toolkit definition: {e.Message}", e);
        }
    }

    private static byte[] ReadFile(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (IOException e)
        {
            throw new CatalogException($"{file} cannot be read: {e.Message}", e);
        }
    }
}
