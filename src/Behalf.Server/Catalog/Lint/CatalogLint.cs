using System.Text.Json;
using Behalf.Catalog.JsonSchema;

namespace Behalf.Catalog.Lint;

/// <summary>Reads a whole catalogue for mistakes: the schemas first, then what no schema can say.</summary>
internal static class CatalogLint
{
    private const int MostViolations = 20;

    public static IReadOnlyList<Finding> Check(string folder)
    {
        var found = new List<Finding>();
        var toolkitSchema = ReadSchema(folder, "toolkit.schema.json");
        var toolSchema = ReadSchema(folder, "tool.schema.json");
        var slugs = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var path in CatalogLoader.ToolkitFolders(folder))
        {
            var slug = Path.GetFileName(path);
            var findings = new Findings(found, $"{slug}/{CatalogLoader.ToolkitFile}");
            var file = Path.Combine(path, CatalogLoader.ToolkitFile);
            if (Read<Toolkit>(file, toolkitSchema, findings) is not { } toolkit)
            {
                continue;
            }

            ToolkitRules.Check(toolkit with { Folder = path }, findings);
            CheckNames([toolkit.Slug, .. toolkit.Aliases], slugs, findings);
            CheckTools(path, toolkit, toolSchema, slugs, new Findings(found, $"{slug}/{CatalogLoader.ToolsFile}"));
        }

        return found;
    }

    private static void CheckTools(
        string path, Toolkit toolkit, CompiledSchema schema, Dictionary<string, string> slugs, Findings findings)
    {
        if (Read<ToolList>(Path.Combine(path, CatalogLoader.ToolsFile), schema, findings) is not { } list)
        {
            return;
        }

        foreach (var (index, tool) in list.Tools.Index())
        {
            var below = findings.Below($"tools[{index}]");
            ToolRules.Check(toolkit, tool, below);
            SchemaRules.Check(tool, below);
            CheckNames([tool.Slug, .. tool.Aliases], slugs, below);
        }
    }

    private static void CheckNames(IReadOnlyList<string> names, Dictionary<string, string> slugs, Findings findings)
    {
        foreach (var name in names)
        {
            findings.AddIf(!slugs.TryAdd(name, names[0]), "slug", $"{name} already names {slugs[name]}.");
        }
    }

    private static T? Read<T>(string file, CompiledSchema schema, Findings findings)
        where T : class
    {
        try
        {
            var json = JsonElement.Parse(
                File.ReadAllBytes(file), new JsonDocumentOptions { AllowDuplicateProperties = false });
            var violations = schema.Validate(json, MostViolations);
            foreach (var violation in violations)
            {
                findings.Add(violation.Path, violation.Message);
            }

            return violations.Count is 0 ? json.Deserialize<T>(CatalogJson.Options) : null;
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            findings.Add("", $"cannot be read: {e.Message}");
            return null;
        }
    }

    private static CompiledSchema ReadSchema(string folder, string name)
    {
        var file = Path.Combine(folder, "schema", name);
        return File.Exists(file)
            ? CompiledSchema.Compile(JsonElement.Parse(File.ReadAllBytes(file)), SchemaOptions.Default)
            : throw new CatalogException($"There is no {file}: a catalogue has its schemas beside it.");
    }

    /// <summary>A whole <c>tools.json</c>; the server itself reads tools one by one.</summary>
    private sealed record ToolList
    {
        [System.Text.Json.Serialization.JsonPropertyName("$schema")]
        public string? Schema { get; init; }

        public required IReadOnlyList<Tool> Tools { get; init; }
    }
}
