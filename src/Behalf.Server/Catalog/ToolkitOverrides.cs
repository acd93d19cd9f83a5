using System.Text.Json;

namespace Behalf.Catalog;

/// <summary>The operator's file that points toolkits at other endpoints: GitHub Enterprise, an emulator.</summary>
internal sealed class ToolkitOverrides
{
    private readonly string _file;
    private readonly Dictionary<string, JsonElement> _bySlug;

    private ToolkitOverrides(string file, Dictionary<string, JsonElement> bySlug)
    {
        _file = file;
        _bySlug = bySlug;
    }

    public static ToolkitOverrides None { get; } = new("", []);

    public static ToolkitOverrides Read(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file), new JsonDocumentOptions
            {
                CommentHandling = JsonCommentHandling.Skip,
                AllowTrailingCommas = true,
                AllowDuplicateProperties = false,
            });
            return new ToolkitOverrides(file, document.RootElement.EnumerateObject().ToDictionary(
                member => member.Name, member => member.Value.Clone(), StringComparer.OrdinalIgnoreCase));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException
            or InvalidOperationException or ArgumentException)
        {
            throw new CatalogException(
                $"BEHALF_TOOLKIT_OVERRIDES: {file} must hold a JSON object from toolkit slug to endpoints: {e.Message}",
                e);
        }
    }

    /// <summary>The toolkit with the operator's endpoints in place of its own.</summary>
    public Toolkit Apply(Toolkit toolkit)
    {
        if (!_bySlug.TryGetValue(toolkit.Slug, out var members))
        {
            return toolkit;
        }

        return ToolkitEndpoints
            .Read(members, toolkit, place => $"BEHALF_TOOLKIT_OVERRIDES: {_file}: {toolkit.Slug}{place}")
            .PutInto(toolkit);
    }

    public void RefuseUnknown(IReadOnlyList<Toolkit> toolkits)
    {
        foreach (var slug in _bySlug.Keys)
        {
            if (!toolkits.Any(toolkit => toolkit.Slug.Equals(slug, StringComparison.OrdinalIgnoreCase)))
            {
                var known = string.Join(", ", toolkits.Select(toolkit => toolkit.Slug).Take(20));
                throw new CatalogException(
                    $"BEHALF_TOOLKIT_OVERRIDES: {_file}: there is no toolkit {slug}; there are {known}.");
            }
        }
    }
}
