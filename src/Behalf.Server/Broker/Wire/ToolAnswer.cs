using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Behalf.Catalog;
using Behalf.Wire;

namespace Behalf.Broker.Wire;

internal sealed record ToolAnswer
{
    public required string Slug { get; init; }

    public required string Name { get; init; }

    public required string Description { get; init; }

    public required ToolToolkitAnswer Toolkit { get; init; }

    public required JsonElement InputParameters { get; init; }

    public required bool NoAuth { get; init; }

    public required IReadOnlyList<string> AvailableVersions { get; init; }

    public required string Version { get; init; }

    public required JsonObject OutputParameters { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    public required ScopeRequirements? ScopeRequirements { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }

    public string HumanDescription => Description;

    public required bool IsDeprecated { get; init; }

    public required DeprecatedToolAnswer Deprecated { get; init; }
}

internal sealed record ToolToolkitAnswer
{
    public required string Slug { get; init; }

    public required string Name { get; init; }

    public required string Logo { get; init; }
}

internal sealed record ScopeRequirements
{
    /// <summary>Each entry a scope, or <c>{any_of: […]}</c>.</summary>
    public required JsonArray AllOf { get; init; }
}

internal sealed record DeprecatedToolAnswer
{
    [JsonPropertyName("displayName")]
    public required string DisplayName { get; init; }

    public required string Version { get; init; }

    public required IReadOnlyList<string> AvailableVersions { get; init; }

    public required bool IsDeprecated { get; init; }

    public required DeprecatedToolkitAnswer Toolkit { get; init; }
}

internal sealed record DeprecatedToolkitAnswer
{
    public required string Logo { get; init; }
}

/// <summary>How tools look on the wire.</summary>
internal sealed class ShowTool(ToolCatalog catalog, PublicOrigin origin)
{
    public ToolAnswer Show(Tool tool)
    {
        var toolkit = catalog.TryGetToolkit(tool.Toolkit, out var found) ? found : throw new InvalidOperationException("A tool without a toolkit.");
        var logo = origin.Url($"/toolkits/{toolkit.Slug}/logo.svg");
        return new ToolAnswer
        {
            Slug = tool.Slug,
            Name = tool.Name,
            Description = tool.Description,
            Toolkit = new ToolToolkitAnswer { Slug = toolkit.Slug, Name = toolkit.Name, Logo = logo },
            InputParameters = tool.Input,
            NoAuth = toolkit.Auth.All(scheme => scheme is NoAuthScheme),
            AvailableVersions = [tool.Version],
            Version = tool.Version,
            OutputParameters = Envelope(tool),
            Scopes = [.. tool.Scopes.SelectMany(alternatives => alternatives).Distinct()],
            ScopeRequirements = Requirements(tool),
            Tags = Tags(tool),
            IsDeprecated = tool.Deprecated is not null,
            Deprecated = new DeprecatedToolAnswer
            {
                DisplayName = tool.Name,
                Version = tool.Version,
                AvailableVersions = [tool.Version],
                IsDeprecated = tool.Deprecated is not null,
                Toolkit = new DeprecatedToolkitAnswer { Logo = logo },
            },
        };
    }

    public static ScopeRequirements? Requirements(Tool tool) => tool.Scopes.Count == 0 ? null : new ScopeRequirements
    {
        AllOf = [.. tool.Scopes.Select(alternatives => alternatives.Count == 1
            ? (JsonNode)JsonValue.Create(alternatives[0])
            : new JsonObject { ["any_of"] = new JsonArray([.. alternatives.Select(a => JsonValue.Create(a))]) })],
    };

    /// <summary>Frameworks check the whole answer of execute against this, failures too: nothing inside data is required.</summary>
    private static JsonObject Envelope(Tool tool)
    {
        var data = JsonObject.Create(tool.Output)!.DeepClone().AsObject();
        data.Remove("required");
        data.Remove("additionalProperties");
        return new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["data"] = data,
                ["error"] = new JsonObject { ["type"] = new JsonArray("string", "null"), ["description"] = "What went wrong; null when nothing did." },
                ["successful"] = new JsonObject { ["type"] = "boolean", ["description"] = "Whether the tool did what was asked." },
            },
            ["required"] = new JsonArray("data", "successful"),
        };
    }

    private static List<string> Tags(Tool tool)
    {
        var tags = new List<string>(tool.Tags);
        void Hint(bool holds, string name)
        {
            if (holds)
            {
                tags.Add(name);
            }
        }

        Hint(tool.Important, "important");
        Hint(tool.Hints.ReadOnly, "readOnlyHint");
        Hint(tool.Hints.Destructive, "destructiveHint");
        Hint(tool.Hints.Idempotent, "idempotentHint");
        Hint(tool.Hints.OpenWorld, "openWorldHint");
        return [.. tags.Distinct()];
    }
}
