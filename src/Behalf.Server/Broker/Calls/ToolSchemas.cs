using System.Collections.Concurrent;
using System.Text.Json;
using Behalf.Broker.Requests;
using Behalf.Catalog;
using Behalf.Catalog.JsonSchema;

namespace Behalf.Broker.Calls;

/// <summary>The compiled schema of each tool's arguments: compiled on first use, kept for good.</summary>
internal sealed class ToolSchemas
{
    private const int MostViolations = 8;

    private readonly ConcurrentDictionary<string, CompiledSchema> _bySlug = new(StringComparer.Ordinal);

    /// <summary>What is wrong with the arguments, in sentences for the model that sent them; empty if nothing is.</summary>
    public IReadOnlyList<string> Violations(Tool tool, JsonElement arguments)
    {
        var schema = _bySlug.GetOrAdd(tool.Slug, _ => CompiledSchema.Compile(tool.Input, SchemaOptions.ForToolArguments));
        if (arguments.ValueKind == JsonValueKind.Object && schema.IsValid(arguments))
        {
            return ToolArguments.BrokenRules(tool, arguments);
        }

        return [.. schema.Validate(arguments, MostViolations).Select(violation => violation.Message)];
    }
}
